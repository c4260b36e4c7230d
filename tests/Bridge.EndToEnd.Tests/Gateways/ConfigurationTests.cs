using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Gateways;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    public async Task Configuration_SeveralErrors_ExitsWith78AndListsAll(string command)
    {
        using TemporaryDirectory directory = new();
        string file = directory.Write("wrong.json", """
            {
              "name": "a b",                                   // no name
              "listen": ["nowhere:port"],
              "links": { "b": { "fingerprint": "sha256:12", "conect": ["192.0.2.1"] } },
              "devices": { "rpmsg0": { "link": "c", "side": "both", "rpmsg": { "bufferSize": 16 } } },
            }
            """);

        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync(command, "--config", file);

        Assert.Equal((78, ""), (exitCode, output));
        string[] places = ["name:", "listen:0:", "links:b:fingerprint:", "links:b:conect:", "devices:rpmsg0:link:", "devices:rpmsg0:side:", "devices:rpmsg0:rpmsg:bufferSize:"];
        Assert.All(places, place => Assert.Contains("\n" + place, "\n" + errors, StringComparison.Ordinal));
        Assert.Contains($"rpmsg-bridge: the configuration has {places.Length} errors", errors, StringComparison.Ordinal);
    }
}
