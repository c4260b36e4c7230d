using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Bridge.Link.Transports;
using Bridge.Link.Trust;

namespace Bridge.Link.Tests;

/// <summary>Strangers at the open port: each is refused with a reason, and the port goes on.</summary>
public sealed class LinkListenerTests
{
    private readonly Signal signal = new();

    private async Task<TestGateway> ListeningBetaAsync(Func<LinkListenerOptions, LinkListenerOptions>? change = null, TimeProvider? time = null, LineLog? log = null)
    {
        TestGateway beta = new("beta", TestIdentity.Beta, TestIdentity.Alpha, LaneRole.Device, signal, time: time, log: log);
        await beta.ListenAsync(change: change);
        beta.Link.Start();
        return beta;
    }

    private static async Task<Socket> ConnectAsync(TestGateway gateway)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(gateway.EndPoint).WaitAsync(Signal.Bound);
        return socket;
    }

    private async Task AssertGoesOnAsync(TestGateway beta)
    {
        await using RawPeer good = await RawPeer.DialAsync(beta.EndPoint, TestIdentity.Alpha, TestIdentity.Beta);
        await good.GreetAsync(RawPeer.HelloOf("alpha", LaneRole.Driver));
        await signal.UntilAsync(() => beta.IsUp, "the real peer");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: beta\r\n\r\n")]
    [InlineData("RPMB\u0001\0\u0001\0 a hello in plain text")]
    [InlineData("\u0016\u0003\u0001\u0002\0 looks like TLS, is not; looks like TLS, is not; looks like TLS, is not")]
    public async Task Connect_PlainTextOrGarbage_AuthenticationFailedAndNothingIsAnswered(string garbage)
    {
        await using TestGateway beta = await ListeningBetaAsync();
        using Socket socket = await ConnectAsync(beta);
        await socket.SendAsync(System.Text.Encoding.Latin1.GetBytes(garbage));
        socket.Shutdown(SocketShutdown.Send);
        await signal.UntilAsync(() => beta.Refused.Any(refused => refused.Reason == CloseReason.AuthenticationFailed), "refused");
        Assert.Equal(0, beta.Link.Status.BytesReceived);
        Assert.Equal(0, beta.Link.Status.BytesSent);
        await AssertGoesOnAsync(beta);
    }

    [Fact]
    public async Task Connect_OlderTls_AuthenticationFailed()
    {
        await using TestGateway beta = await ListeningBetaAsync();
        using Socket socket = await ConnectAsync(beta);
        using SslStream tls = new(new NetworkStream(socket), false, (_, certificate, _, _) => certificate is not null);
        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "beta", EnabledSslProtocols = SslProtocols.Tls12 }).WaitAsync(Signal.Bound));
        await signal.UntilAsync(() => beta.Refused.Any(refused => refused.Reason == CloseReason.AuthenticationFailed), "refused");
    }

    [Fact]
    public async Task Connect_WithoutCertificate_AuthenticationFailed()
    {
        await using TestGateway beta = await ListeningBetaAsync();
        using Socket socket = await ConnectAsync(beta);
        using SslStream tls = new(new NetworkStream(socket), false, (_, certificate, _, _) => certificate is not null);
        // TLS 1.3: the client is through before the server has judged; only what it reads then tells.
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "beta", ApplicationProtocols = [TlsSettings.Protocol] }).WaitAsync(Signal.Bound);
        await signal.UntilAsync(() => beta.Refused.Any(refused => refused.Reason == CloseReason.AuthenticationFailed), "refused");
        Assert.Contains("no certificate", beta.Refused.First().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_AndSilent_HandshakeTimeout()
    {
        ManualTime time = new();
        await using TestGateway beta = await ListeningBetaAsync(time: time);
        using Socket socket = await ConnectAsync(beta);
        Task<int> end = socket.ReceiveAsync(new byte[1]);
        while (!end.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(0, await end);
        await signal.UntilAsync(() => beta.Refused.Any(refused => refused.Reason == CloseReason.HandshakeTimeout), "refused");
        await AssertGoesOnAsync(beta);
    }

    [Fact]
    public async Task Connect_MoreThanMayBePending_TooManyHandshakes()
    {
        await using TestGateway beta = await ListeningBetaAsync(options => options with { MaximumHandshakes = 3 });
        List<Socket> silent = [];
        for (int i = 0; i < 5; i++)
            silent.Add(await ConnectAsync(beta));
        await signal.UntilAsync(() => beta.Refused.Count(refused => refused.Reason == CloseReason.TooManyHandshakes) == 2, "two refused");
        foreach (Socket socket in silent)
            socket.Dispose();
        await signal.UntilAsync(() => beta.Refused.Count(refused => refused.Reason == CloseReason.AuthenticationFailed) == 3, "the others gone");
        await AssertGoesOnAsync(beta);
    }

    [Fact]
    public async Task Connect_APortScan_WritesAFewLinesAndACountAndReportsEachOne()
    {
        const int Scanned = 30;
        LineLog log = new();
        await using TestGateway beta = await ListeningBetaAsync(log: log);
        for (int i = 0; i < Scanned; i++)
        {
            using Socket socket = await ConnectAsync(beta);
            socket.Shutdown(SocketShutdown.Send);
        }

        await signal.UntilAsync(() => beta.Refused.Count == Scanned, "all refused");
        await beta.Listener.DisposeAsync();

        long written = log.Count(122), leftOut = log.Lines(124).Sum(static line => long.Parse(line.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(Scanned, written + leftOut);
        Assert.True(leftOut > 0, $"{written} lines were written");
    }

    [Fact]
    public async Task Start_AddressTaken_Throws()
    {
        await using TestGateway beta = await ListeningBetaAsync();
        await using TestGateway second = new("beta", TestIdentity.Beta, TestIdentity.Alpha, LaneRole.Device, signal);
        await Assert.ThrowsAsync<SocketException>(() => second.ListenAsync(at: beta.EndPoint));
    }

    [Fact]
    public async Task Listen_OnAllAddresses_TakesIPv4AndIPv6()
    {
        await using TestGateway beta = new("beta", TestIdentity.Beta, TestIdentity.Alpha, LaneRole.Device, signal);
        await beta.ListenAsync(at: new IPEndPoint(IPAddress.IPv6Any, 0));
        beta.Link.Start();
        uint last = 0;
        IPAddress[] addresses = Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        foreach (IPAddress address in addresses)
        {
            await using RawPeer raw = await RawPeer.DialAsync(new IPEndPoint(address, beta.EndPoint.Port), TestIdentity.Alpha, TestIdentity.Beta);
            await raw.GreetAsync(RawPeer.HelloOf("alpha", LaneRole.Driver, last: last));
            last++;
            await signal.UntilAsync(() => beta.Lane.Ups == last, $"up over {address}");
        }
    }

    [Fact]
    public async Task Links_TwoPeers_EachConnectionGoesToItsOwn()
    {
        await using TestGateway beta = await ListeningBetaAsync();
        RecordingLane other = new() { Up = _ => signal.Pulse() };
        LinkOptions options = new() { Name = "other", Gateway = "beta", Instance = 2, Peer = new PinnedKeys(TestIdentity.Stranger.Fingerprint) };
        await using PeerLink second = new(options, [new LaneRegistration("m4", 7, LaneRole.Device, other)], TestIdentity.Beta, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        second.Start();
        beta.Listener.Links = [beta.Link, second];
        await using TestGateway alpha = new("alpha", TestIdentity.Stranger, TestIdentity.Beta, LaneRole.Driver, signal, [beta.Address]);
        alpha.Link.Start();
        await signal.UntilAsync(() => other.Ups == 1, "the second link's lane");
        Assert.Equal(0, beta.Lane.Ups);
    }

    [Fact]
    public async Task Authority_BothSides_ConnectsByName()
    {
        using TestAuthority authority = new();
        using GatewayIdentity alphaIdentity = authority.Issue("alpha", "alpha.example");
        using GatewayIdentity betaIdentity = authority.Issue("beta", "beta.example");
        ManualTime clock = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        await using TestGateway beta = new("beta", betaIdentity, alphaIdentity, LaneRole.Device, signal, time: clock, trust: new CertificateAuthority(authority.Roots, "alpha.example"));
        await beta.ListenAsync();
        beta.Link.Start();
        await using TestGateway alpha = new(
            "alpha", alphaIdentity, betaIdentity, LaneRole.Driver, signal, [beta.Address], time: clock, trust: new CertificateAuthority(authority.Roots, "beta.example"));
        alpha.Link.Start();
        await signal.UntilAsync(() => alpha.IsUp && beta.IsUp, "connected");
    }

    [Fact]
    public async Task Authority_ListenersClockIn1970_RefusedWithBothClocksNamed()
    {
        using TestAuthority authority = new();
        using GatewayIdentity alphaIdentity = authority.Issue("alpha", "alpha.example");
        await using TestGateway beta = new(
            "beta", TestIdentity.Beta, alphaIdentity, LaneRole.Device, signal, time: new ManualTime(DateTimeOffset.UnixEpoch), trust: new CertificateAuthority(authority.Roots, "alpha.example"));
        await beta.ListenAsync();
        beta.Link.Start();
        await using TestGateway alpha = new("alpha", alphaIdentity, TestIdentity.Beta, LaneRole.Driver, signal, [beta.Address]);
        alpha.Link.Start();
        await signal.UntilAsync(() => !beta.Refused.IsEmpty, "refused");
        RefusedPeer refused = beta.Refused.First();
        Assert.Equal(CloseReason.UnknownPeer, refused.Reason);
        Assert.Contains("1970-01-01T00:00:00Z", refused.Text, StringComparison.Ordinal);
        Assert.Contains("valid from", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PinnedKeys_OneClockIn1970_Connects()
    {
        ManualTime board = new(DateTimeOffset.UnixEpoch);
        string directory = Directory.CreateTempSubdirectory("link-tests-").FullName;
        using GatewayIdentity boardIdentity = GatewayIdentity.Create(Path.Combine(directory, "identity.pem"), "board", board);
        Directory.Delete(directory, recursive: true);
        await using TestGateway beta = new("beta", boardIdentity, TestIdentity.Alpha, LaneRole.Device, signal, time: board);
        await beta.ListenAsync();
        beta.Link.Start();
        await using TestGateway alpha = new("alpha", TestIdentity.Alpha, boardIdentity, LaneRole.Driver, signal, [beta.Address]);
        alpha.Link.Start();
        await signal.UntilAsync(() => alpha.IsUp && beta.IsUp, "connected");
    }
}
