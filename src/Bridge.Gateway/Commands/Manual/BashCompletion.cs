using System.Text;

namespace Bridge.Gateway.Commands.Manual;

/// <summary>Completion for bash.</summary>
internal static class BashCompletion
{
    private const string Head = """
        # Completion of rpmsg-bridge for bash, made by `rpmsg-bridge completion bash`.
        _rpmsg_bridge_names() {
            local run name
            for run in "${RUNTIME_DIRECTORY%%:*}" "${XDG_RUNTIME_DIR:+$XDG_RUNTIME_DIR/rpmsg-bridge}" "/tmp/rpmsg-bridge-$UID" /run/rpmsg-bridge; do
                [[ -n $run && -d $run ]] || continue
                for name in "$run"/$1; do
                    [[ -e $name ]] || continue
                    name=${name%"$2"}
                    name=${name##*/}
                    # As gateways write them; compgen would expand what somebody else puts there.
                    [[ $name =~ ^[A-Za-z0-9_.%-]+$ ]] && printf '%s\n' "$name"
                done
            done
        }

        _rpmsg_bridge() {
            local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= device= words= i
            local -i position=0
            COMPREPLY=()
            for ((i = 1; i < COMP_CWORD; i++)); do
                if [[ ${COMP_WORDS[i]} == -* ]]; then
                    continue
                elif [[ -z $command ]]; then
                    command=${COMP_WORDS[i]}
                elif [[ ${COMP_WORDS[i-1]} == -* && ${COMP_WORDS[i]} =~ ^[0-9]+$ ]]; then
                    continue
                elif ! _rpmsg_bridge_value "$command ${COMP_WORDS[i-1]}"; then
                    ((position == 0)) && device=${COMP_WORDS[i]}
                    ((++position))
                fi
            done

        """;

    private const string Tail = """
            COMPREPLY=($(compgen -W "$words" -- "$current"))
        }

        complete -F _rpmsg_bridge rpmsg-bridge

        """;

    /// <summary>Writes the script.</summary>
    public static string Write(ProgramDescription program)
    {
        StringBuilder script = new();
        script.Append(Head);
        script.Append("    case \"$command $previous\" in\n");
        foreach (CommandDescription command in program.Commands)
        {
            foreach (OptionDescription option in command.Options.Where(static option => option is { Value: not null, IsValueRequired: true }))
                script.Append($"        {Patterns(command, option)}) {Value(option)} return ;;\n");
        }

        script.Append("    esac\n    if [[ -z $command ]]; then\n");
        script.Append($"        words='{string.Join(' ', program.Commands.Select(static command => command.Name).Concat(program.Options.SelectMany(static option => option.Names)))}'\n");
        script.Append("    elif [[ $current == -* ]]; then\n        case $command in\n");
        foreach (CommandDescription command in program.Commands)
            script.Append($"            {command.Name}) words='{string.Join(' ', command.Options.SelectMany(static option => option.Names))} --help' ;;\n");
        script.Append("        esac\n    else\n        case \"$command $position\" in\n");
        foreach (CommandDescription command in program.Commands)
        {
            foreach ((int index, ArgumentDescription argument) in command.Arguments.Index().Where(static one => one.Item.Kind != WordKind.Text))
                script.Append($"            '{command.Name} {index}') words={Words(argument)} ;;\n");
        }

        script.Append("        esac\n    fi\n").Append(Tail);
        script.Append("# True: a value belongs to that option of that command.\n_rpmsg_bridge_value() {\n    case $1 in\n");
        string[] valued = [.. program.Commands.SelectMany(command => command.Options.Where(static option => option is { Value: not null, IsValueRequired: true }).Select(option => Patterns(command, option)))];
        script.Append($"        {string.Join("|", valued)}) return 0 ;;\n    esac\n    return 1\n}}\n");
        return script.ToString();
    }

    private static string Patterns(CommandDescription command, OptionDescription option) => string.Join('|', option.Names.Select(name => $"'{command.Name} {name}'"));

    private static string Value(OptionDescription option) => option.Kind switch
    {
        WordKind.Choice => $"COMPREPLY=($(compgen -W '{string.Join(' ', option.Choices)}' -- \"$current\"));",
        WordKind.File => "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$current\"));",
        WordKind.Directory => "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$current\"));",
        _ => "",
    };

    private static string Words(ArgumentDescription argument) => argument.Kind switch
    {
        WordKind.Choice => $"'{string.Join(' ', argument.Choices)}'",
        WordKind.Device => "$(_rpmsg_bridge_names '*/services' /services)",
        WordKind.Channel => "$(_rpmsg_bridge_names \"$device/channels/*\"; _rpmsg_bridge_names \"$device/services/*\")",
        _ => "$(_rpmsg_bridge_names \"$device/services/*\")",
    };
}
