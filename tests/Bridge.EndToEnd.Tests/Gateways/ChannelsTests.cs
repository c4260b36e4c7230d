using System.Net.Sockets;
using System.Text.Json;
using Bridge.EndToEnd.Tests.Applications;

namespace Bridge.EndToEnd.Tests.Gateways;

/// <summary>Several devices and channels through two gateways, and applications that misbehave.</summary>
public sealed class ChannelsTests
{
    [Fact]
    public Task Devices_TwoOnOneTcpLink_TalkOnAllChannelsAtOnce() => TwoDevicesAsync("tcp");

    [QuicFact]
    [Trait("Category", "Quic")]
    public Task Devices_TwoOnOneQuicLink_TalkOnAllChannelsAtOnce() => TwoDevicesAsync("quic");

    [Fact]
    public async Task SlowReader_BesideAFastOne_HoldsUpOnlyItself()
    {
        // More than all buffers between two applications hold.
        const int Messages = 5000;
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with { Services = ["slow", "fast"] });
        (Application slowReader, Application slowWriter) = await pair.TalkAsync("slow");
        (Application fastReader, Application fastWriter) = await pair.TalkAsync("fast");
        using (slowReader)
        using (slowWriter)
        using (fastReader)
        using (fastWriter)
        {
            NumberedFlow slow = new("slow", slowWriter, slowReader, seed: 1), fast = new("fast", fastWriter, fastReader, seed: 2);
            Task sending = slow.SendAsync(Messages);
            await Task.WhenAll(fast.SendAsync(Messages), fast.ReceiveAsync()).Bounded();

            fast.Verify(pair.Describe());
            Assert.False(sending.IsCompleted, $"{slow}: its reader has read nothing.");

            await Task.WhenAll(sending, slow.ReceiveAsync()).Bounded();
            slow.Verify(pair.Describe());
        }
    }

    [Fact]
    public async Task LongPacket_AmongOthers_ResetsItsOwnConnectionOnly()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with { Services = ["one", "two"] });
        (Application one, Application tooLong) = await pair.TalkAsync("one");
        (Application two, Application other) = await pair.TalkAsync("two");
        using (one)
        using (tooLong)
        using (two)
        using (other)
        {
            await tooLong.SendAsync(new byte[Application.MaximumMessage]);
            Assert.Equal(Application.MaximumMessage, (await one.ReceiveAsync()).Length);

            await tooLong.SendAsync(new byte[Application.MaximumMessage + 1]);

            // Both ends of that connection see the end, and the sender can send no more.
            Assert.Equal((0, 0), (await tooLong.ReceiveToEndAsync(), await one.ReceiveToEndAsync()));
            SocketException over = await Assert.ThrowsAsync<SocketException>(() => tooLong.SendAsync(new byte[1]));
            Assert.Equal(SocketError.Shutdown, over.SocketErrorCode);
            Assert.Equal(1, await pair.A.CounterAsync("rpmsg0", "port.tooLong"));
            await pair.A.UntilLoggedAsync("sent 497 bytes, 496 are possible: connection ended");

            await other.SendAsync("still here"u8.ToArray());
            Assert.Equal("still here"u8.ToArray(), await two.ReceiveAsync());
        }
    }

    /// <summary>What a peer's configuration can announce: everything printable.</summary>
    [Fact]
    public async Task ServiceNames_Hostile_StayInTheirDirectories()
    {
        string[] names = [new string('%', 31), "../../x", "a/b", "...", "..x", "-rf", "$(x)", "a b", "~"];
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with { Services = names });
        string services = Path.Combine(pair.B.RunDirectory, "rpmsg0", "services"), channels = Path.Combine(pair.A.RunDirectory, "rpmsg0", "channels");
        string[] files = Directory.GetFiles(services);
        Assert.Equal(names.Length, files.Length);
        List<Application> applications = [];
        foreach (string file in files)
            applications.Add(await Application.ConnectAsync(file));

        await Bounds.UntilAsync(() => Directory.GetFiles(channels).Length == names.Length, "a channel for each", pair.Describe);

        JsonElement status = await pair.A.StatusAsync();
        applications.ForEach(application => application.Dispose());
        Assert.True(status.GetProperty("readiness").GetProperty("ready").GetBoolean());
        // Endpoints lie beside channels; nothing lies anywhere else.
        string root = Path.GetDirectoryName(pair.A.RunDirectory)!;
        string[] all = [.. Directory.GetFileSystemEntries(Path.GetDirectoryName(root)!, "*", SearchOption.AllDirectories).Where(File.Exists)];
        string[] allowed = ["channels", "endpoints", "services", ".kept"];
        string[] elsewhere = [.. all.Where(file => !allowed.Contains(Path.GetFileName(Path.GetDirectoryName(file)!)))];
        string[] ordinary = ["admin.sock", "config.json", "identity.pem", "lock", "log", "stream", "control"];
        Assert.All(elsewhere, file => Assert.Contains(Path.GetFileName(file).TrimStart('.'), ordinary));
        Assert.All(all.Select(Path.GetFileName), name => Assert.Matches(@"^[A-Za-z0-9_.%~-]+$", name));
    }

    private static async Task TwoDevicesAsync(string transport)
    {
        BridgePlan plan = BridgePlan.OnLoopback(transport) with { Devices = ["rpmsg0"], Crossed = ["rpmsg1"], Services = ["one", "two", "three"] };
        await using GatewayPair pair = await GatewayPair.JoinAsync(plan);
        using Traffic traffic = await Traffic.StartAsync(pair, [("rpmsg0", false), ("rpmsg1", true)], plan.Services, Environment.TickCount, perTick: 8);

        await traffic.UntilReceivedAsync(20_000, pair);

        await traffic.StopAsync(pair);
        Assert.Equal(transport, (await pair.A.LinkAsync()).GetProperty("transport").GetString());
    }
}
