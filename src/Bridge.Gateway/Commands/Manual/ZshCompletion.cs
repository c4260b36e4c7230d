using System.Text;

namespace Bridge.Gateway.Commands.Manual;

/// <summary>Completion for zsh.</summary>
internal static class ZshCompletion
{
    private const string Head = """
        #compdef rpmsg-bridge
        # Completion of rpmsg-bridge for zsh, made by `rpmsg-bridge completion zsh`.
        _rpmsg_bridge_devices() {
            local -a devices
            devices=(${RUNTIME_DIRECTORY:+$RUNTIME_DIRECTORY}/*/services(N:h:t) ${XDG_RUNTIME_DIR:+$XDG_RUNTIME_DIR/rpmsg-bridge}/*/services(N:h:t) /tmp/rpmsg-bridge-$UID/*/services(N:h:t) /run/rpmsg-bridge/*/services(N:h:t))
            _describe device devices
        }

        _rpmsg_bridge() {
            local -a commands
            commands=(

        """;

    private const string Middle = """
            )
            if (( CURRENT == 2 )); then
                _describe command commands
                return
            fi
            local command=$words[2]
            shift words
            (( CURRENT-- ))
            case $command in

        """;

    /// <summary>Writes the script.</summary>
    public static string Write(ProgramDescription program)
    {
        StringBuilder script = new();
        script.Append(Head);
        foreach (CommandDescription command in program.Commands)
            script.Append($"        '{command.Name}:{Quote(command.Summary)}'\n");
        script.Append(Middle);
        foreach (CommandDescription command in program.Commands)
        {
            script.Append($"        {command.Name})\n            _arguments -s");
            foreach (OptionDescription option in command.Options)
            {
                foreach (string name in option.Names)
                    script.Append($" \\\n                '{name}[{Bracketed(option.Short)}]{Value(option)}'");
            }

            foreach ((int index, ArgumentDescription argument) in command.Arguments.Index())
                script.Append($" \\\n                '{index + 1}:{argument.Name}:{Action(argument.Kind, argument.Choices)}'");
            script.Append(" ;;\n");
        }

        return script.Append("    esac\n}\n\n_rpmsg_bridge \"$@\"\n").ToString();
    }

    private static string Value(OptionDescription option) =>
        option.Value is null ? "" : $"{(option.IsValueRequired ? ":" : "::")}{option.Value}:{Action(option.Kind, option.Choices)}";

    private static string Action(WordKind kind, IReadOnlyList<string> choices) => kind switch
    {
        WordKind.Choice => $"({string.Join(' ', choices)})",
        WordKind.File => "_files",
        WordKind.Directory => "_files -/",
        WordKind.Device => "_rpmsg_bridge_devices",
        _ => " ",
    };

    private static string Bracketed(string text) =>
        Quote(text).Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);

    private static string Quote(string text) => text.Replace("'", "'\\''", StringComparison.Ordinal);
}
