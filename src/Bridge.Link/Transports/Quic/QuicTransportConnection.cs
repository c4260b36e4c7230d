using System.Net.Quic;
using System.Runtime.Versioning;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports.Quic;

/// <summary>QUIC: a bidirectional stream for the link and one per lane, opened by the side that dialled.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class QuicTransportConnection : TransportConnection
{
    private readonly QuicConnection connection;
    private readonly QuicStream main;
    private readonly Lock gate = new();
    private readonly List<QuicStream> streams;
    private bool aborted;

    public QuicTransportConnection(QuicConnection connection, QuicStream main, PeerVerification peer)
        : base(connection.RemoteEndPoint, peer)
    {
        this.connection = connection;
        this.main = main;
        streams = [main];
    }

    public override TransportKind Kind => TransportKind.Quic;

    public override bool Multiplexed => false;

    public override Stream Main => main;

    public override async ValueTask<Stream> OpenLaneAsync(CancellationToken cancellation) =>
        Keep(await connection.OpenOutboundStreamAsync(QuicStreamType.Bidirectional, cancellation));

    public override async ValueTask<Stream> AcceptLaneAsync(CancellationToken cancellation) =>
        Keep(await connection.AcceptInboundStreamAsync(cancellation));

    public override ValueTask CompleteMainAsync()
    {
        main.CompleteWrites();
        return ValueTask.CompletedTask;
    }

    public override void Abort()
    {
        QuicStream[] all;
        lock (gate)
        {
            if (aborted)
                return;
            aborted = true;
            all = [.. streams];
        }

        foreach (QuicStream stream in all)
            stream.Abort(QuicAbortDirection.Both, QuicSettings.ErrorCode);
    }

    public override async ValueTask DisposeAsync()
    {
        Abort();
        foreach (QuicStream stream in streams)
            await stream.DisposeAsync();
        await connection.DisposeAsync();
    }

    private QuicStream Keep(QuicStream stream)
    {
        bool late;
        lock (gate)
        {
            late = aborted;
            streams.Add(stream);
        }

        // Opened while Abort ran over the others.
        if (late)
            stream.Abort(QuicAbortDirection.Both, QuicSettings.ErrorCode);
        return stream;
    }
}
