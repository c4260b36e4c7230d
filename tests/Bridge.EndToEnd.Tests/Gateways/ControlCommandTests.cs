using System.Text.Json;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Gateways;

/// <summary><c>rpmsg-bridge control</c> against real gateways.</summary>
public sealed class ControlCommandTests
{
    [Fact]
    public async Task Create_AServiceFromTheCommandLine_IsAChannelOnTheOtherSideUntilItIsDestroyed()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));

        JsonElement created = await AskAsync(pair.B, 0, """{"request":"create","service":"made-here","address":77,"permanent":true}""");

        Assert.Equal(77, created.GetProperty("local").GetInt32());
        await Bounds.UntilAsync(() => File.Exists(pair.A.Channel("rpmsg0", "made-here")), "the channel", pair.Describe);
        using Application client = await Application.ConnectAsync(pair.A.Channel("rpmsg0", "made-here"));
        using Application server = await Application.ConnectAsync(pair.B.Service("rpmsg0", "made-here"));
        await client.SendAsync("one"u8.ToArray());
        Assert.Equal("one"u8.ToArray(), await server.ReceiveAsync());
        JsonElement flow = await AskAsync(pair.B, 0, """{"request":"flow","socket":"services/made-here"}""");
        Assert.Equal(1, flow.GetProperty("conversations")[0].GetProperty("received").GetInt32());

        await AskAsync(pair.B, 0, """{"request":"destroy","socket":"services/made-here"}""");
        await Bounds.UntilAsync(() => !File.Exists(pair.A.Channel("rpmsg0", "made-here")), "the channel to go", pair.Describe);
        Assert.Equal("ENOENT", (await AskAsync(pair.B, 1, """{"request":"destroy","socket":"services/made-here"}""")).GetProperty("error").GetString());
    }

    [Fact]
    public async Task Schema_IsJsonThatNamesEveryRequest()
    {
        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync("control", "--schema");

        Assert.Equal((0, ""), (exitCode, errors));
        using JsonDocument schema = JsonDocument.Parse(output);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.RootElement.GetProperty("$schema").GetString());
        Assert.All(["list", "flow", "create", "destroy", "close"], request => Assert.Contains($"\"{request}\"", output, StringComparison.Ordinal));
    }

    private static async Task<JsonElement> AskAsync(TestGateway gateway, int expected, string request)
    {
        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync("control", "rpmsg0", request, "--config", gateway.ConfigurationFile);
        Assert.Equal((expected, ""), (exitCode, errors));
        return JsonDocument.Parse(output).RootElement.Clone();
    }
}
