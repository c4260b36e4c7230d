using System.CommandLine;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Tests.Applications;

namespace Bridge.Gateway.Tests.Commands;

/// <summary>Commands inside the test's process, with their output caught.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_OfTheProgram_ListsEveryCommandAndTheExitCodes()
    {
        (int exit, string output, _) = await RunAsync("--help");

        Assert.Equal(0, exit);
        string[] commands = ["run", "check", "lab", "identity", "status", "channels", "rings", "echo", "ping", "bench", "cat", "control", "reload", "diag", "completion", "manual"];
        Assert.All(commands, command => Assert.Matches($@"(?m)^  {command}\b", output));
        Assert.Contains("0 done, 1 failed, 64 wrong command line, 69 no gateway running, 78 wrong configuration", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "--config", "--log-format", "--log-level")]
    [InlineData("check", "--config", "--reference")]
    [InlineData("lab", "--file", "--transport", "--keep", "--json", "--scenario")]
    [InlineData("identity", "--identity", "--json")]
    [InlineData("status", "--admin-socket", "--config", "--json")]
    [InlineData("channels", "--admin-socket", "--config", "--json")]
    [InlineData("rings", "DEVICE", "--admin-socket", "--config", "--json")]
    [InlineData("diag", "--output", "--no-self-test", "--admin-socket", "--config")]
    [InlineData("completion", "SHELL", "bash", "zsh", "fish")]
    [InlineData("cat", "DEVICE", "NAME", "--service", "--chunk", "--raw", "--send-only", "--receive-only", "--linger", "--wait")]
    [InlineData("echo", "DEVICE", "SERVICE", "--wait", "--run-directory", "--config")]
    [InlineData("bench", "DEVICE", "CHANNEL", "-r", "-n", "-m", "--load", "--warm-up", "--threshold", "--scenario", "--html", "--json", "rpmsg_char_benchmark")]
    [InlineData("ping", "DEVICE", "CHANNEL", "--count", "--length", "--period", "--verify", "--timeout", "--json")]
    public async Task Help_OfACommand_NamesItsArgumentsAndOptions(string command, params string[] words)
    {
        (int exit, string output, string errors) = await RunAsync(command, "--help");

        Assert.Equal((0, ""), (exit, errors));
        Assert.All(words, word => Assert.Contains(word, output, StringComparison.Ordinal));
        Assert.Contains(ExitCodes.Line, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_EveryOptionAndArgument_SaysWhatItIs() => Assert.All(
        ProgramCommand.Build().Subcommands,
        command =>
        {
            Assert.NotEmpty(command.Description!);
            Assert.All(command.Options.Cast<Symbol>().Concat(command.Arguments).Where(symbol => !symbol.Hidden), symbol => Assert.False(string.IsNullOrEmpty(symbol.Description), $"{command.Name} {symbol.Name}"));
        });

    [Fact]
    public async Task CheckReference_PrintsARowForEveryKey()
    {
        (int exit, string output, _) = await RunAsync("check", "--reference");

        Assert.Equal(0, exit);
        Assert.All(ConfigurationKeys.All, key => Assert.Contains($"| `{key.Path}` | {key.Type} |", output, StringComparison.Ordinal));
        Assert.Contains(
            "| `devices:<device>:rpmsg:bufferSize` | whole number | `512` | bytes | 56..65536 | Size of a buffer with its 16-byte header; a message is at most 16 bytes less. The same on both sides. |\n",
            output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Identity_FirstAndSecondTime_IsTheSame()
    {
        using TemporaryDirectory directory = new();
        string path = Path.Combine(directory.Path, "new", "identity.pem");

        (int exit, string first, _) = await RunAsync("identity", "--identity", path, "--name", "a");
        (int again, string second, _) = await RunAsync("identity", "--identity", path, "--json");

        Assert.Equal((0, 0), (exit, again));
        Assert.Matches($"^sha256:[0-9a-f]{{64}}\nmade {path}\n$", first);
        Assert.Contains($"\"fingerprint\": \"{first.Split('\n')[0]}\"", second, StringComparison.Ordinal);
        Assert.Contains("\"created\": false", second, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task Identity_FileWithoutAKey_SaysWhatToDoAndKeepsIt()
    {
        using TemporaryDirectory directory = new();
        string path = directory.Write("identity.pem", "no key");

        (int exit, string output, string errors) = await RunAsync("identity", "--identity", path);

        Assert.Equal((1, ""), (exit, output));
        Assert.StartsWith($"rpmsg-bridge: {path} holds no certificate with its private key in PEM form", errors, StringComparison.Ordinal);
        Assert.Equal("no key", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Ping_NobodyEchoes_SaysSoAndFails()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo");

        (int exit, string output, string errors) = await RunAsync("ping", "rpmsg0", "echo", "--count", "2", "--period", "0", "--timeout", "50", "--run-directory", run.Path);

        Assert.Equal(1, exit);
        Assert.Equal(
            """
            ping rpmsg0/echo: messages of 64 bytes
            no echo for seq=0 within 50 ms
            no echo for seq=1 within 50 ms
            --- rpmsg0/echo: 2 sent, 0 received, 2 lost, 0 late

            """,
            output);
        Assert.Equal(
            "rpmsg-bridge: nobody echoes on rpmsg0/echo: 2 messages were sent and none came back within 50 ms. Run `rpmsg-bridge echo` on the other side.\n",
            errors);
    }

    [Fact]
    public async Task Ping_NobodyEchoesJson_LeavesOutWhatWasNotMeasured()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo");

        (int exit, string output, _) = await RunAsync("ping", "rpmsg0", "echo", "--count", "1", "--timeout", "50", "--json", "--run-directory", run.Path);

        Assert.Equal(1, exit);
        Assert.Equal(
            """
            {
              "device": "rpmsg0",
              "channel": "echo",
              "length": 64,
              "sent": 1,
              "received": 0,
              "late": 0,
              "foreign": 0
            }

            """,
            output);
    }

    [Theory]
    [InlineData("none", "echo", 69, "no gateway has its sockets in ")]
    [InlineData("", "echo", 1, "the gateway has no device rpmsg9 in ")]
    public async Task Ping_NothingThere_SaysWhatIsMissing(string below, string channel, int expected, string sentence)
    {
        using TemporaryDirectory run = new();
        await using FakeChannel fake = new(run.Path, "echo");

        (int exit, _, string errors) = await RunAsync("ping", "rpmsg9", channel, "--run-directory", Path.Combine(run.Path, below));

        Assert.Equal(expected, exit);
        Assert.StartsWith("rpmsg-bridge: " + sentence, errors, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter errors = new() { NewLine = "\n" };
        InvocationConfiguration console = new() { Output = output, Error = errors, EnableDefaultExceptionHandler = false };
        int exit = await ProgramCommand.InvokeAsync(args, console).Bounded();
        return (exit, output.ToString(), errors.ToString());
    }
}
