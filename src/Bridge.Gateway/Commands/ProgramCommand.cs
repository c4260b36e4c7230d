using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Bridge.Gateway.Configuration;

namespace Bridge.Gateway.Commands;

/// <summary>The command line as a whole: which commands there are, and how failures reach the user.</summary>
internal static class ProgramCommand
{
    private const string Description = """
        rpmsg-bridge joins a virtio driver on one machine to a virtio device on another over an ordinary network.

        Two gateways, one beside each, keep an authenticated link (QUIC, or TCP with TLS 1.3). Applications talk through
        Unix sockets: one packet is one rpmsg message. Try it on one machine:  rpmsg-bridge lab
        """;

    private const string Details = """
        Each command explains itself: rpmsg-bridge COMMAND --help
        The manual: rpmsg-bridge manual | man -l -      Completion: . <(rpmsg-bridge completion bash)
        """;

    /// <summary>A signalled command has this long to finish; `run` drains within it.</summary>
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(10);

    /// <summary>All commands.</summary>
    public static RootCommand Build()
    {
        RootCommand program = new(Description)
        {
            new RunCommand(),
            new CheckCommand(),
            new LabCommand(),
            new IdentityCommand(),
            new StatusCommand(),
            new ChannelsCommand(),
            new RingsCommand(),
            new EchoCommand(),
            new PingCommand(),
            new BenchCommand(),
            new CatCommand(),
            new ControlCommand(),
            new ReloadCommand(),
            new DiagCommand(),
            new CompletionCommand(),
            new ManualCommand(),
        };
        HelpOption help = program.Options.OfType<HelpOption>().Single();
        help.Action = new DetailedHelp((HelpAction)help.Action!, Details);
        return program;
    }

    /// <summary>Parses and runs one command line on the process's own console; returns the exit code.</summary>
    public static Task<int> InvokeAsync(IReadOnlyList<string> args) =>
        InvokeAsync(args, new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TerminationTimeout });

    /// <summary>Parses and runs one command line on the given console, until it ends or is cancelled; returns the exit code.</summary>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> args, InvocationConfiguration console, CancellationToken cancellation = default)
    {
        ParseResult parsed = Build().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            return (int)await RefuseAsync(parsed, console.Error);
        }

        try
        {
            return await parsed.InvokeAsync(console, cancellation);
        }
        catch (ConfigurationException invalid)
        {
            foreach (ConfigurationError error in invalid.Errors)
            {
                await console.Error.WriteLineAsync(error.ToString());
            }

            await console.Error.WriteLineAsync($"rpmsg-bridge: the configuration has {(invalid.Errors.Count == 1 ? "an error" : $"{invalid.Errors.Count} errors")}; `rpmsg-bridge check --reference` lists every key");
            return (int)ExitCode.Configuration;
        }
        catch (CommandFailedException failure)
        {
            await console.Error.WriteLineAsync($"rpmsg-bridge: {failure.Message}");
            return (int)failure.ExitCode;
        }
        catch (OperationCanceledException)
        {
            // A signal before the command had anything to finish.
            return (int)ExitCode.Ok;
        }
        catch (Exception unforeseen)
        {
            await console.Error.WriteLineAsync($"rpmsg-bridge: internal error, please report it with these lines:\n{unforeseen}");
            return (int)ExitCode.Failure;
        }
    }

    private static async Task<ExitCode> RefuseAsync(ParseResult parsed, TextWriter error)
    {
        foreach (string message in parsed.Errors.Select(problem => problem.Message).Distinct())
        {
            await error.WriteLineAsync($"rpmsg-bridge: {message}");
        }

        Command command = parsed.CommandResult.Command;
        string name = command is RootCommand ? "rpmsg-bridge" : $"rpmsg-bridge {command.Name}";
        await error.WriteLineAsync($"See `{name} --help`.");
        return ExitCode.Usage;
    }
}
