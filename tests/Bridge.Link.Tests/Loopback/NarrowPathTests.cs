using System.Net;
using System.Net.Sockets;
using Bridge.Link.Connections;

namespace Bridge.Link.Tests;

/// <summary>What is learnt from an address that accepts TCP and lets nothing through, and from one that refuses.</summary>
public sealed class NarrowPathTests : IDisposable
{
    private readonly Signal signal = new();
    private readonly LineLog log = new();
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public NarrowPathTests()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
    }

    public void Dispose() => listener.Dispose();

    [Fact]
    public async Task Dial_SilentAfterTcpConnected_IsRepeatedWithShortSegmentsAndSaidOnce()
    {
        TimeSpan patience = TimeSpan.FromMilliseconds(400);
        await using TestGateway alpha = Alpha(options => options with { ConnectTimeout = patience, HelloTimeout = patience });
        alpha.Link.Start();

        List<int> segments = [];
        for (int i = 0; i < 4; i++)
        {
            using Socket accepted = await listener.AcceptAsync().WaitAsync(Signal.Bound);
            segments.Add(MaximumSegment(accepted));
            // Silent until the dialler gives up: its hello is read, and then its end.
            byte[] ignored = new byte[4096];
            while (await accepted.ReceiveAsync(ignored).WaitAsync(Signal.Bound) > 0)
            {
            }
        }

        Assert.True(segments[0] > 1200, $"{segments[0]} at first");
        Assert.All(segments.Skip(1), segment => Assert.InRange(segment, 1, 1200));
        Assert.Equal(1, log.Count(109));
    }

    [Fact]
    public async Task Dial_RefusedAtOnce_IsRepeatedAsBefore()
    {
        await using TestGateway alpha = Alpha(static options => options);
        alpha.Link.Start();

        for (int i = 0; i < 4; i++)
        {
            using Socket accepted = await listener.AcceptAsync().WaitAsync(Signal.Bound);
            Assert.True(MaximumSegment(accepted) > 1200);
        }

        Assert.Equal(0, log.Count(109));
    }

    [Fact]
    public void IsNarrow_TenMinutesAfterTheLastSign_IsOver()
    {
        ManualTime time = new();
        LinkOptions options = new() { Name = "x", Gateway = "x", Instance = 1, Peer = new Trust.PinnedKeys(TestIdentity.Beta.Fingerprint) };
        DialTargets targets = new(options, time);
        IPEndPoint address = new(IPAddress.Loopback, 7117);
        Assert.False(targets.IsNarrow(address));
        Assert.True(targets.Narrow(address));
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.False(targets.Narrow(new IPEndPoint(IPAddress.Loopback, 7117)));
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.True(targets.IsNarrow(address));
        Assert.False(targets.IsNarrow(new IPEndPoint(IPAddress.Loopback, 7118)));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(targets.IsNarrow(address));
        Assert.True(targets.Narrow(address));
    }

    /// <summary>Linux' TCP_MAXSEG of the accepting end: what the dialler's SYN allows it.</summary>
    private static int MaximumSegment(Socket socket)
    {
        byte[] value = new byte[sizeof(int)];
        socket.GetRawSocketOption((int)ProtocolType.Tcp, 2, value);
        return BitConverter.ToInt32(value);
    }

    private TestGateway Alpha(Func<LinkOptions, LinkOptions> change)
    {
        IPEndPoint address = (IPEndPoint)listener.LocalEndPoint!;
        return new TestGateway(
            "alpha", TestIdentity.Alpha, TestIdentity.Beta, LaneRole.Driver, signal, [new LinkAddress(address.Address.ToString(), address.Port)], change: change, log: log);
    }
}
