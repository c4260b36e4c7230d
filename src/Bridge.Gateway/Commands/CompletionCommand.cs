using System.CommandLine;
using Bridge.Gateway.Commands.Manual;

namespace Bridge.Gateway.Commands;

/// <summary><c>completion</c>: scripts with which a shell completes this program's commands.</summary>
internal sealed class CompletionCommand : DetailedCommand
{
    private readonly Argument<string> _shell = new("SHELL") { Description = "bash, zsh or fish." };

    public CompletionCommand()
        : base(
            "completion",
            "Prints a script with which a shell completes commands, options, files and the names of running devices.",
            """
            For this terminal:
              bash:  . <(rpmsg-bridge completion bash)
              zsh:   . <(rpmsg-bridge completion zsh); compdef _rpmsg_bridge rpmsg-bridge      (after compinit)
              fish:  rpmsg-bridge completion fish | source
            For good, where the package was not installed:
              bash:  rpmsg-bridge completion bash > ~/.local/share/bash-completion/completions/rpmsg-bridge
              zsh:   rpmsg-bridge completion zsh > DIRECTORY/_rpmsg-bridge                     (DIRECTORY in $fpath)
              fish:  rpmsg-bridge completion fish > ~/.config/fish/completions/rpmsg-bridge.fish
            """)
    {
        _shell.AcceptOnlyFromAmong([.. Enum.GetNames<Shell>().Select(static name => name.ToLowerInvariant())]);
        Add(_shell);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        ProgramDescription program = new(ProgramCommand.Build());
        await parsed.InvocationConfiguration.Output.WriteAsync(Enum.Parse<Shell>(parsed.GetRequiredValue(_shell), ignoreCase: true) switch
        {
            Shell.Bash => BashCompletion.Write(program),
            Shell.Zsh => ZshCompletion.Write(program),
            _ => FishCompletion.Write(program),
        });
        return (int)ExitCode.Ok;
    }
}
