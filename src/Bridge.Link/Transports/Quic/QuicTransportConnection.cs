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
    private readonly QuicConnection _connection;
    private readonly QuicStream _main;
    private readonly Lock _gate = new();
    private readonly List<QuicStream> _streams;
    private bool _aborted;

    public QuicTransportConnection(QuicConnection connection, QuicStream main, PeerVerification peer)
        : base(connection.RemoteEndPoint, peer)
    {
        _connection = connection;
        _main = main;
        _streams = [main];
    }

    public override TransportKind Kind => TransportKind.Quic;

    public override bool Multiplexed => false;

    public override Stream Main => _main;

    public override async ValueTask<Stream> OpenLaneAsync(CancellationToken cancellation) =>
        Keep(await _connection.OpenOutboundStreamAsync(QuicStreamType.Bidirectional, cancellation));

    public override async ValueTask<Stream> AcceptLaneAsync(CancellationToken cancellation) =>
        Keep(await _connection.AcceptInboundStreamAsync(cancellation));

    public override void CompleteMain() => _main.CompleteWrites();

    public override void Abort()
    {
        QuicStream[] all;
        lock (_gate)
        {
            if (_aborted)
                return;
            _aborted = true;
            all = [.. _streams];
        }

        foreach (QuicStream stream in all)
            stream.Abort(QuicAbortDirection.Both, QuicSettings.ErrorCode);
    }

    public override async ValueTask DisposeAsync()
    {
        Abort();
        foreach (QuicStream stream in _streams)
            await stream.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private QuicStream Keep(QuicStream stream)
    {
        bool late;
        lock (_gate)
        {
            late = _aborted;
            _streams.Add(stream);
        }

        // Opened while Abort ran over the others.
        if (late)
            stream.Abort(QuicAbortDirection.Both, QuicSettings.ErrorCode);
        return stream;
    }
}
