using System.Text.Json;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;

namespace Bridge.EndToEnd.Tests.Sockets;

/// <summary>The control socket from another language.</summary>
public sealed class ControlTests
{
    [ProgramFact("python3")]
    public async Task Control_FromPython_CreatesListsTellsAndDestroys()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        await using ControlApplication control = new(pair.B.Socket("rpmsg0", "control"));

        JsonElement created = await control.DoAsync("""{"request":"create","service":"made here","address":77}""");
        Assert.Equal(("services/made%20here", 77), (created.GetProperty("socket").GetString(), created.GetProperty("local").GetInt32()));
        (Application offering, Application opening) = await pair.TalkAsync("made%20here");
        using (offering)
        using (opening)
        {
            await opening.SendAsync("there"u8.ToArray());
            Assert.Equal("there"u8.ToArray(), await offering.ReceiveAsync());

            JsonElement list = await control.DoAsync("""{"request":"list"}""");
            Assert.Equal(
                [("services/echo", "free"), ("services/made%20here", "taken")],
                list.GetProperty("entries").EnumerateArray().Select(static e => (e.GetProperty("socket").GetString()!, e.GetProperty("state").GetString()!)));
            Assert.Equal((false, 496), (list.GetProperty("more").GetBoolean(), list.GetProperty("maximum").GetInt32()));
            JsonElement flow = (await control.DoAsync("""{"request":"flow","socket":"services/made%20here"}""")).GetProperty("conversations")[0];
            Assert.Equal(("open", 77, 0, 1), (flow.GetProperty("state").GetString(), Number(flow, "local"), Number(flow, "sent"), Number(flow, "received")));
            Assert.InRange(Number(flow, "remote"), 1024, 65535);

            await control.DoAsync("""{"request":"destroy","socket":"services/made%20here"}""");

            Assert.Equal((0, 0), (await offering.ReceiveToEndAsync(), await opening.ReceiveToEndAsync()));
            await Bounds.UntilAsync(() => !File.Exists(pair.A.Channel("rpmsg0", "made%20here")), "the withdrawal", pair.Describe);
            JsonElement gone = await control.AskAsync("""{"request":"flow","socket":"services/made%20here"}""");
            Assert.Equal(("ENOENT", "there is no services/made%20here now; there are: echo"), (gone.GetProperty("error").GetString(), gone.GetProperty("message").GetString()));
        }
    }

    private static int Number(JsonElement flow, string member) => flow.GetProperty(member).GetInt32();
}
