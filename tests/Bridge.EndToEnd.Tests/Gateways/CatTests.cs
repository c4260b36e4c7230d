using System.Diagnostics;
using System.Security.Cryptography;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Gateways;

/// <summary>cat through two gateways, with files and pipes as a shell gives them.</summary>
public sealed class CatTests
{
    [Fact]
    public async Task Chunks_AFileFromChannelToService_ArriveExactly()
    {
        using TemporaryDirectory directory = new();
        // Not a multiple of any message's length.
        await File.WriteAllBytesAsync(directory.File("file"), RandomNumberGenerator.GetBytes(1_000_003));
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with { Services = ["copy"] });
        await using RunningProcess receiving = Cat(pair.B, "copy --service --chunk", "</dev/null", $">{directory.File("copy")}");
        await using RunningProcess sending = Cat(pair.A, "copy --chunk 496 --wait", $"<{directory.File("file")}");

        Assert.Equal((0, "", ""), await ResultAsync(sending));
        Assert.Equal((0, "", ""), await ResultAsync(receiving));
        Assert.Equal(await File.ReadAllBytesAsync(directory.File("file")), await File.ReadAllBytesAsync(directory.File("copy")));
    }

    [Fact]
    public async Task Lines_ToAnEcho_ComeBackAsLines()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        await using RunningProcess echo = BridgeProgram.Start(Machine.Here, "echo", "rpmsg0", "echo", "--config", pair.B.ConfigurationFile);
        await using RunningProcess cat = Cat(pair.A, "echo --wait", "", "", "printf 'one\\ntwo three\\nlast' |");

        Assert.Equal((0, "one\ntwo three\nlast\n", ""), await ResultAsync(cat));
    }

    [Fact]
    public async Task Line_LongerThanAMessage_EndsWithItsNumberAndWhatToDo()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        await using RunningProcess echo = BridgeProgram.Start(Machine.Here, "echo", "rpmsg0", "echo", "--config", pair.B.ConfigurationFile);
        await using RunningProcess cat = Cat(pair.A, "echo --wait --send-only", "", "", "printf 'short\\n%0700d\\n' 7 |");

        (int exitCode, _, string errors) = await ResultAsync(cat);

        Assert.Equal(1, exitCode);
        Assert.Equal(
            "rpmsg-bridge: line 2 has 700 bytes and a message at most 496: use --chunk to send bytes instead of lines, or raise rpmsg:bufferSize of the device on both gateways.\n",
            errors);
    }

    [Fact]
    public async Task OutputThatCannotBeWritten_IsAnErrorAndNotSilence()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        await using RunningProcess echo = BridgeProgram.Start(Machine.Here, "echo", "rpmsg0", "echo", "--config", pair.B.ConfigurationFile);
        await using RunningProcess cat = Cat(pair.A, "echo --wait", "", ">/dev/full", "echo one |");

        (int exitCode, _, string errors) = await ResultAsync(cat);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("rpmsg-bridge: rpmsg0/echo: message 1 could not be written: write standard output: ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Signal_WhileNothingComes_EndsWith0(string signal)
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        await using RunningProcess cat = BridgeProgram.Start(Machine.Here, "cat", "rpmsg0", "echo", "--wait", "--config", pair.A.ConfigurationFile);
        await cat.WaitForAsync("waiting: the other side has not announced a channel echo on rpmsg0 yet");

        await cat.SignalAsync(signal);

        Assert.Equal(0, (await cat.ExitAsync()).ExitCode);
    }

    private static RunningProcess Cat(TestGateway gateway, string arguments, string input, string output = "", string before = "") => RunningProcess.Start(new ProcessStartInfo(
        "sh", ["-c", $"{before} {Programs.Path("dotnet")} exec {BridgeProgram.Assembly} cat rpmsg0 {arguments} --config {gateway.ConfigurationFile} {input} {output}"]));

    /// <summary>The end, without what it waited for before, which depends on who was first.</summary>
    private static async Task<(int ExitCode, string Output, string Errors)> ResultAsync(RunningProcess process)
    {
        (int exitCode, string output, string errors) = await process.ExitAsync();
        return (exitCode, output, string.Concat(errors.Split('\n').Where(line => line.Length > 0 && !line.Contains(": waiting: ", StringComparison.Ordinal)).Select(line => line + "\n")));
    }
}
