using System.Text.Json;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Gateways;

/// <summary>bench through two gateways against echo on the other side, as a user runs them.</summary>
public sealed class BenchTests
{
    [Fact]
    public async Task Bench_TwoChannelsAndLoads_LosesNothingAndReports()
    {
        using TemporaryDirectory directory = new();
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with { Services = ["one", "two"] });
        await using RunningProcess one = Echo(pair, "one");
        await using RunningProcess two = Echo(pair, "two");

        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync(
            "bench", "rpmsg0", "one", "two", "--wait", "60", "-m", "496", "--verify", "--timeout", "60000", "--warm-up", "0.2",
            "--load", "keep 1..16 for 500ms", "--load", "inject 400 for 1s", "--threshold", "lost=0", "--threshold", "corrupted=0", "--threshold", "received>400",
            "--html", directory.File("report.html"), "--json", "--config", pair.A.ConfigurationFile);

        Assert.True(exitCode == 0, $"exit code {exitCode}\n{output}\n{errors}\n{pair.Describe()}");
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.True(report.GetProperty("passed").GetBoolean());
        Assert.Equal(report.GetProperty("sent").GetInt64(), report.GetProperty("received").GetInt64());
        Assert.Equal(2, report.GetProperty("load").GetArrayLength());
        Assert.Contains("<svg", await File.ReadAllTextAsync(directory.File("report.html")), StringComparison.Ordinal);
    }

    private static RunningProcess Echo(GatewayPair pair, string service) =>
        BridgeProgram.Start(Machine.Here, "echo", "rpmsg0", service, "--wait", "60", "--config", pair.B.ConfigurationFile);
}
