using System.Net;
using System.Net.Sockets;
using Bridge.Link.Transports;
using Bridge.Link.Transports.Quic;

namespace Bridge.Link.Tests;

/// <summary>Which transport `auto` ends up with, and what the status says about it.</summary>
public sealed class TransportChoiceTests
{
    private readonly Signal signal = new();

    // Patient enough for a busy machine, except where the patience is what is tested.
    private TestGateway Alpha(LinkAddress[] addresses, TransportMode transport = TransportMode.Auto, double patience = 10) => new(
        "alpha", TestIdentity.Alpha, TestIdentity.Beta, LaneRole.Driver, signal, addresses, transport, change: options => options with { QuicPatience = TimeSpan.FromSeconds(patience) });

    private async Task<TestGateway> BetaAsync(TransportMode transport)
    {
        TestGateway beta = new("beta", TestIdentity.Beta, TestIdentity.Alpha, LaneRole.Device, signal);
        await beta.ListenAsync(transport);
        beta.Link.Start();
        return beta;
    }

    [QuicFact]
    [Trait("Category", "Quic")]
    public async Task Auto_BothOffered_UsesQuicWithoutNote()
    {
        await using TestGateway beta = await BetaAsync(TransportMode.Auto);
        Assert.Equal(2, beta.Listener.EndPoints.Count);
        Assert.Equal(beta.Listener.EndPoints[0].EndPoint.Port, beta.Listener.EndPoints[1].EndPoint.Port);
        await using TestGateway alpha = Alpha([beta.Address]);
        alpha.Link.Start();
        await signal.UntilAsync(() => alpha.IsUp, "connected");
        Assert.Equal(TransportKind.Quic, alpha.Link.Status.Transport);
        Assert.Null(alpha.Link.Status.TransportNote);
    }

    [QuicFact]
    [Trait("Category", "Quic")]
    public async Task Auto_UdpIsSwallowed_FallsBackToTcpAndSaysSo()
    {
        await using TestGateway beta = await BetaAsync(TransportMode.Tcp);
        using Socket blackHole = new(SocketType.Dgram, ProtocolType.Udp);
        blackHole.Bind(beta.EndPoint);
        await using TestGateway alpha = Alpha([beta.Address], patience: 0.5);
        alpha.Link.Start();
        await signal.UntilAsync(() => alpha.IsUp, "connected");
        LinkStatus status = alpha.Link.Status;
        Assert.True(status.Transport == TransportKind.Tcp, status.ToString());
        Assert.Contains("no answer within 0.5 s", status.TransportNote, StringComparison.Ordinal);

        // The next dial does not wait for QUIC again so soon.
        uint first = status.Connection;
        alpha.Lane.CloseConnection!(first, CloseReason.ProtocolViolation, "test");
        await signal.UntilAsync(() => alpha.IsUp && alpha.Link.Status.Connection > first, "reconnected");
        status = alpha.Link.Status;
        Assert.True(status.Transport == TransportKind.Tcp, status.ToString());
    }

    [Fact]
    public async Task Auto_Always_UsesWhatThisMachineHasAndSaysWhyNotQuic()
    {
        await using TestGateway beta = await BetaAsync(TransportMode.Auto);
        await using TestGateway alpha = Alpha([beta.Address]);
        alpha.Link.Start();
        await signal.UntilAsync(() => alpha.IsUp, "connected");
        Assert.Equal(QuicSupport.IsAvailable ? TransportKind.Quic : TransportKind.Tcp, alpha.Link.Status.Transport);
        Assert.Equal(QuicSupport.WhyNot, alpha.Link.Status.TransportNote);
    }

    [Fact]
    public async Task Dial_FirstAddressesAreDead_LaterOneIsUsed()
    {
        await using TestGateway beta = await BetaAsync(TransportMode.Tcp);
        using Socket closed = new(SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        LinkAddress refusing = new("127.0.0.1", ((IPEndPoint)closed.LocalEndPoint!).Port);
        await using TestGateway alpha = Alpha([refusing, new LinkAddress("localhost", beta.EndPoint.Port)], TransportMode.Tcp);
        alpha.Link.Start();
        await signal.UntilAsync(() => alpha.IsUp, "connected");
        Assert.Equal(0, alpha.Link.Status.FailedDials);
    }

    [Fact]
    public async Task Dial_NameDoesNotResolve_SentenceNamesIt()
    {
        await using TestGateway alpha = Alpha([new LinkAddress("no-such-host.invalid", 7117)], TransportMode.Tcp);
        alpha.Link.Start();
        await signal.UntilAsync(() => !alpha.Failed.IsEmpty, "failed");
        Assert.Contains("no-such-host.invalid", alpha.Link.Status.LastError, StringComparison.Ordinal);
    }
}
