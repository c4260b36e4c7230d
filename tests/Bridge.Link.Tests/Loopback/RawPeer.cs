using System.Net;
using System.Net.Sockets;
using Bridge.Link.Transports;
using Bridge.Link.Transports.Tcp;
using Bridge.Link.Trust;

namespace Bridge.Link.Tests;

/// <summary>An authenticated peer that does exactly what a test says, frame by frame, over TCP.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly FrameParser parser = new();
    private readonly byte[] buffer = new byte[2 * FrameHeader.MaximumFrame];
    private ReadOnlyMemory<byte> unread;

    private RawPeer(TransportConnection transport) => Transport = transport;

    public TransportConnection Transport { get; }

    public LaneOutput Control { get; } = new(0, 0);

    public static async Task<RawPeer> DialAsync(IPEndPoint endPoint, GatewayIdentity self, GatewayIdentity other)
    {
        using CancellationTokenSource limit = new(Signal.Bound);
        PeerVerification verification = new([new PinnedKeys(other.Fingerprint)], TimeProvider.System);
        Socket socket = await TcpTransport.ConnectAsync(endPoint, narrow: false, limit.Token);
        return new RawPeer(await TcpTransport.AuthenticateAsync(socket, endPoint, self, verification, limit.Token));
    }

    public static async Task<RawPeer> AcceptAsync(TcpTransportListener listener)
    {
        using CancellationTokenSource limit = new(Signal.Bound);
        IncomingConnection incoming = await listener.AcceptAsync(limit.Token);
        return new RawPeer(await incoming.AuthenticateAsync(limit.Token));
    }

    public static TcpTransportListener Listen(GatewayIdentity self, GatewayIdentity other) =>
        new(new IPEndPoint(IPAddress.Loopback, 0), self, () => new PeerVerification([new PinnedKeys(other.Fingerprint)], TimeProvider.System));

    public static Hello HelloOf(string name, LaneRole role, ushort minimum = 1, ushort maximum = 1, uint last = 0) => new()
    {
        VersionMinimum = minimum,
        VersionMaximum = maximum,
        Instance = name == "alpha" ? 1u : 2u,
        LastConnection = last,
        Gateway = name,
        Devices = [new HelloDevice("m4", 7, role)],
    };

    public async Task SendAsync(Hello hello)
    {
        Control.End(hello.Write(Control.Begin(FrameType.Hello, 0)));
        await FlushAsync(Control);
    }

    public async Task FlushAsync(LaneOutput output)
    {
        using CancellationTokenSource limit = new(Signal.Bound);
        while (output.TryTake(out ReadOnlyMemory<byte> bytes))
        {
            await Transport.Main.WriteAsync(bytes, limit.Token);
            output.Release();
        }
    }

    public ValueTask SendBytesAsync(byte[] bytes) => Transport.Main.WriteAsync(bytes);

    /// <summary>The answer to a Hello of ours: joins its connection.</summary>
    public async Task<Hello> GreetAsync(Hello own)
    {
        await SendAsync(own);
        Frame answer = await ReadAsync();
        Assert.Equal(FrameType.Hello, answer.Header.Type);
        Assert.True(Hello.TryRead(answer.Payload, out Hello? hello));
        uint number = ConnectionCounter.After(Math.Max(own.LastConnection, hello!.LastConnection), own.Instance < hello.Instance);
        parser.Join(number, 1);
        Control.Join(number);
        return hello;
    }

    public async Task<Frame> ReadAsync()
    {
        using CancellationTokenSource limit = new(Signal.Bound);
        while (true)
        {
            if (TryParse(out Frame frame))
                return frame;
            int count = await Transport.Main.ReadAsync(buffer, limit.Token);
            Assert.True(count > 0, "the stream ended before the frame that the test waits for");
            unread = buffer.AsMemory(0, count);
        }
    }

    /// <summary>Skips everything up to the peer's Close.</summary>
    public async Task<CloseNotice> ReadCloseAsync()
    {
        Frame frame;
        do
        {
            frame = await ReadAsync();
        }
        while (frame.Header.Type != FrameType.Close);
        Assert.True(CloseNotice.TryRead(frame.Payload, out CloseNotice close));
        return close;
    }

    public ValueTask DisposeAsync() => Transport.DisposeAsync();

    private bool TryParse(out Frame frame)
    {
        ReadOnlySpan<byte> rest = unread.Span;
        bool found = parser.TryRead(ref rest, out FrameHeader header, out ReadOnlySpan<byte> payload);
        frame = new Frame(header, payload.ToArray());
        unread = unread[^rest.Length..];
        return found;
    }

    internal sealed record Frame(FrameHeader Header, byte[] Payload);
}
