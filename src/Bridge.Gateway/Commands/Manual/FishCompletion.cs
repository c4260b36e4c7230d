using System.Text;

namespace Bridge.Gateway.Commands.Manual;

/// <summary>Completion for fish.</summary>
internal static class FishCompletion
{
    private const string Head = """
        # Completion of rpmsg-bridge for fish, made by `rpmsg-bridge completion fish`.
        function __rpmsg_bridge_devices
            for run in $RUNTIME_DIRECTORY $XDG_RUNTIME_DIR/rpmsg-bridge /tmp/rpmsg-bridge-(id -u) /run/rpmsg-bridge
                for path in $run/*/services
                    basename (dirname $path)
                end
            end
        end

        complete -c rpmsg-bridge -f

        """;

    /// <summary>Writes the script.</summary>
    public static string Write(ProgramDescription program)
    {
        StringBuilder script = new();
        script.Append(Head);
        foreach (CommandDescription command in program.Commands)
        {
            string only = $"complete -c rpmsg-bridge -n '__fish_seen_subcommand_from {command.Name}'";
            script.Append($"complete -c rpmsg-bridge -n __fish_use_subcommand -a {command.Name} -d {Quote(command.Summary)}\n");
            foreach (OptionDescription option in command.Options)
                script.Append($"{only}{string.Concat(option.Names.Select(Flag))}{Value(option)} -d {Quote(option.Short)}\n");
            if (command.Arguments.Any(static argument => argument.Kind == WordKind.Device))
                script.Append($"{only} -a '(__rpmsg_bridge_devices)'\n");
            foreach (ArgumentDescription argument in command.Arguments.Where(static argument => argument.Kind == WordKind.Choice))
                script.Append($"{only} -a {Quote(string.Join(' ', argument.Choices))}\n");
        }

        return script.ToString();
    }

    private static string Flag(string name) => name.StartsWith("--", StringComparison.Ordinal) ? $" -l {name[2..]}" : $" -s {name[1..]}";

    private static string Value(OptionDescription option) => option switch
    {
        { Value: null } => "",
        { Kind: WordKind.Choice } => $" -x -a {Quote(string.Join(' ', option.Choices))}",
        { Kind: WordKind.File or WordKind.Directory } => " -r -F",
        { IsValueRequired: true } => " -x",
        _ => "",
    };

    private static string Quote(string text) => "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'";
}
