using System.Diagnostics;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Client;

/// <summary>The client package as a stranger gets it: packed, restored into a new project, with the program of the package's own README.</summary>
public sealed class ClientPackageTests(PackageReadmeProgram program) : IClassFixture<PackageReadmeProgram>
{
    [Fact]
    public async Task Package_ProgramOfItsReadme_TalksThroughTwoGatewaysAndComesBack()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        await using RunningProcess service = Start(pair.B, "rpmsg0", "echo");

        // The service comes back after its peer has gone,
        await AnnouncedAsync(pair, service, times: 1);
        await AskAsync(pair, service, "one");
        await AnnouncedAsync(pair, service, times: 2);
        await AskAsync(pair, service, "two");
        await AnnouncedAsync(pair, service, times: 3);

        // and after its gateway was killed and started again.
        await pair.B.SignalAsync("KILL");
        await pair.B.ExitAsync();
        await pair.B.StartAsync();
        await Task.WhenAll(pair.A.UntilReadyAsync(), pair.B.UntilReadyAsync());
        await AnnouncedAsync(pair, service, times: 4);
        await AskAsync(pair, service, "three");
        Assert.False(service.HasExited, service.Describe());
    }

    [Fact]
    public async Task Package_WrongDevice_SaysWhichThereAre()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        await using RunningProcess service = Start(pair.B, "rpmsg1", "echo");

        (int exitCode, string output, string errors) = await service.ExitAsync();

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Equal($"the gateway has no device rpmsg1 in {pair.B.RunDirectory}: it has rpmsg0.\n", errors);
    }

    /// <summary>Waits until the service is there anew: the channel of the time before is of no use to anybody.</summary>
    private static Task AnnouncedAsync(GatewayPair pair, RunningProcess service, int times) => Bounds.UntilAsync(
        () => pair.A.LogLines.Count(line => line.Contains("the other side announces echo", StringComparison.Ordinal)) >= times,
        $"announcement {times}",
        () => $"{service.Describe()}\n{pair.Describe()}");

    private async Task AskAsync(GatewayPair pair, RunningProcess service, string text)
    {
        await using RunningProcess client = Start(pair.A, "rpmsg0", "echo", text);
        (int exitCode, string output, string errors) = await client.ExitAsync();
        Assert.True((exitCode, output) == (0, text + "\n"), $"exit code {exitCode}: {output}{errors}\n{service.Describe()}\n{pair.Describe()}");
    }

    private RunningProcess Start(TestGateway gateway, params string[] arguments) => RunningProcess.Start(
        new ProcessStartInfo(Programs.Path("dotnet"), ["exec", program.Assembly, .. arguments]), [new("RUNTIME_DIRECTORY", gateway.RunDirectory)]);
}
