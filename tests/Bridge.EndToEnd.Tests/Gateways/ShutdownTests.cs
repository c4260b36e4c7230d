using Bridge.EndToEnd.Tests.Applications;

namespace Bridge.EndToEnd.Tests.Gateways;

public sealed class ShutdownTests
{
    // "Within seconds", with room for a busy machine; the program itself gives up draining after 5 s.
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(30);

    /// <summary>Whoever talked to an application of a gateway that keeps its device's life learns from the next one that it has gone.</summary>
    [Fact]
    [Trait("Category", "Resume")]
    public async Task Terminate_LifeKept_PeersApplicationSeesTheEndFromTheSuccessor()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        (Application offering, Application opening) = await pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            await opening.SendAsync("one"u8.ToArray());
            await pair.A.SignalAsync("TERM");

            Assert.Equal(0, await pair.A.ExitAsync());
            Assert.Equal(0, await opening.ReceiveToEndAsync());
            Assert.Equal("one"u8.ToArray(), await offering.ReceiveAsync());
            Assert.Empty(Directory.GetFiles(Path.Combine(pair.A.RunDirectory, "rpmsg0", "channels")));
            await pair.B.UntilAsync(status => status.GetProperty("links")[0].GetProperty("state").GetString() == "down", "link down");
            Task<int> end = offering.ReceiveToEndAsync();
            Assert.False(end.IsCompleted);

            await pair.A.StartAsync();

            Assert.Equal(0, await end);
        }
    }

    [Fact]
    public Task Terminate_TcpWithApplications_ExitsWith0AndTheySeeTheEnd() => TerminateAsync("tcp");

    [QuicFact]
    [Trait("Category", "Quic")]
    public Task Terminate_QuicWithApplications_ExitsWith0AndTheySeeTheEnd() => TerminateAsync("quic");

    private static async Task TerminateAsync(string transport)
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback(transport) with { Devise = static (a, _) => a.Parent!["keep"] = false });
        (Application offering, Application opening) = await pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            await opening.SendAsync("one"u8.ToArray());
            Assert.Equal("one"u8.ToArray(), await offering.ReceiveAsync());
            long begin = TimeProvider.System.GetTimestamp();

            await pair.A.SignalAsync("TERM");

            Assert.Equal(0, await pair.A.ExitAsync());
            Assert.InRange(TimeProvider.System.GetElapsedTime(begin), TimeSpan.Zero, Seconds);
            // Both the gateway's own application and the one at its peer.
            Assert.Equal(0, await opening.ReceiveToEndAsync());
            Assert.Equal(0, await offering.ReceiveToEndAsync());
            Assert.Empty(Directory.GetFiles(Path.Combine(pair.A.RunDirectory, "rpmsg0", "channels")));
            // The peer waits for a new life.
            await pair.B.UntilAsync(status => status.GetProperty("links")[0].GetProperty("state").GetString() == "down", "link down");
            await pair.B.SignalAsync("INT");
            Assert.Equal(0, await pair.B.ExitAsync());
        }
    }
}
