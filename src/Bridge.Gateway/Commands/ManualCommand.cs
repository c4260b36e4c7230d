using System.CommandLine;
using Bridge.Gateway.Commands.Manual;

namespace Bridge.Gateway.Commands;

/// <summary><c>manual</c>: the manual page, made from the definitions of the commands.</summary>
internal sealed class ManualCommand : DetailedCommand
{
    public ManualCommand()
        : base(
            "manual",
            "Prints the manual page rpmsg-bridge(1): every command, option, exit code, variable and file.",
            """
            Read it with: rpmsg-bridge manual | man -l -
            """)
    {
        SetAction(RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        await parsed.InvocationConfiguration.Output.WriteAsync(ManualPage.Write(new ProgramDescription(ProgramCommand.Build()), GatewayHost.Version));
        return (int)ExitCode.Ok;
    }
}
