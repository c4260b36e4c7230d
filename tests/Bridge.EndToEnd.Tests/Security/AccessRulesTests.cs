using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Security;

/// <summary>Access rules in two gateway processes: either side's hold, and a reload changes them under talking applications.</summary>
[Trait("Category", "Security")]
public sealed class AccessRulesTests
{
    [Fact]
    public async Task Rules_OfEitherSide_HoldAndChangeByReloadWithoutInterruptingOthers()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with
        {
            Services = ["echo", "debug", "log"],
            Devise = (_, b) => b["rpmsg0"]!["access"] = JsonNode.Parse("""[{ "service": "debug", "action": "deny" }, { "service": "log", "direction": "in", "action": "deny" }]"""),
        });
        using Traffic traffic = await Traffic.StartAsync(pair, [("rpmsg0", false)], ["echo"], seed: 22);
        Assert.False(File.Exists(pair.B.Service("rpmsg0", "debug")));
        JsonElement refused = (await pair.B.ChannelsAsync()).EnumerateArray().Single(channel => channel.GetProperty("name").GetString() == "debug");
        Assert.Equal("refused", refused.GetProperty("state").GetString());

        (int refusedCode, _, string refusedWhy) = await BridgeProgram.RunAsync("echo", "rpmsg0", "debug", "--config", pair.B.ConfigurationFile);
        Assert.Equal(1, refusedCode);
        Assert.Contains("the access rules deny service debug of rpmsg0", refusedWhy, StringComparison.Ordinal);
        Assert.Contains("change devices:rpmsg0:access", refusedWhy, StringComparison.Ordinal);

        // B drops what comes in for the log, and counts it.
        (Application offering, Application opening) = await pair.TalkAsync("log");
        await opening.SendAsync("dropped"u8.ToArray());
        await Bounds.UntilAsync(async () => await pair.B.CounterAsync("rpmsg0", "port.deniedIn") == 1, "dropped and counted");
        opening.Dispose();
        offering.Dispose();

        // The other way round: B allows everything, A keeps the log from its applications.
        pair.B.Configuration["devices"]!["rpmsg0"]!.AsObject().Remove("access");
        Assert.Contains("everything is allowed", await pair.B.ReloadAsync(), StringComparison.Ordinal);
        pair.A.Configuration["devices"]!["rpmsg0"]!["access"] = JsonNode.Parse("""[{ "service": "l*", "action": "deny" }]""");
        await pair.A.ReloadAsync();
        using Application log = await Application.ConnectAsync(pair.B.Service("rpmsg0", "log"));
        (Application debugged, Application debugger) = await pair.TalkAsync("debug");
        using (debugged)
        using (debugger)
        {
            await debugger.SendAsync("step"u8.ToArray());
            Assert.Equal("step"u8.ToArray(), await debugged.ReceiveAsync());
        }

        await Bounds.UntilAsync(async () => await pair.A.CounterAsync("rpmsg0", "port.announcementsDenied") > 0, "not shown and counted");
        Assert.False(File.Exists(pair.A.Channel("rpmsg0", "log")));
        (_, _, string hiddenWhy) = await BridgeProgram.RunAsync("ping", "rpmsg0", "log", "--config", pair.A.ConfigurationFile);
        Assert.Contains("or an access rule hides it", hiddenWhy, StringComparison.Ordinal);

        await traffic.UntilReceivedAsync(50, pair);
        await traffic.StopAsync(pair);
        Assert.Equal(1, await pair.A.ConnectionsAsync());
    }
}
