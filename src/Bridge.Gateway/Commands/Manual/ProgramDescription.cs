using System.CommandLine;
using System.CommandLine.Completions;

namespace Bridge.Gateway.Commands.Manual;

/// <summary>The command line as data, taken from the definitions that parse it: manual and completions cannot say anything else than the program does.</summary>
internal sealed class ProgramDescription
{
    /// <param name="program">All commands.</param>
    public ProgramDescription(RootCommand program)
    {
        Text = program.Description ?? "";
        Options = [.. program.Options.Where(static option => !option.Hidden).Select(static option => Describe(option))];
        Commands = [.. program.Subcommands.Where(static command => !command.Hidden).Select(Describe)];
    }

    /// <summary>What the program is.</summary>
    public string Text { get; }

    /// <summary>Options of the program itself.</summary>
    public IReadOnlyList<OptionDescription> Options { get; }

    /// <summary>All commands.</summary>
    public IReadOnlyList<CommandDescription> Commands { get; }

    private static CommandDescription Describe(Command command) => new(
        command.Name,
        command.Description ?? "",
        command is DetailedCommand detailed ? detailed.Details : "",
        [.. command.Arguments.Where(static argument => !argument.Hidden).Select(Describe)],
        [.. command.Options.Where(static option => !option.Hidden).Select(Describe)]);

    private static ArgumentDescription Describe(Argument argument)
    {
        string[] choices = Choices(argument);
        WordKind kind = choices.Length > 0 ? WordKind.Choice : argument.Name switch
        {
            "DEVICE" => WordKind.Device,
            "CHANNEL" or "NAME" => WordKind.Channel,
            "SERVICE" => WordKind.Service,
            _ => WordKind.Text,
        };
        return new ArgumentDescription(argument.Name, argument.Description ?? "", argument.Arity.MinimumNumberOfValues > 0, kind, choices);
    }

    private static OptionDescription Describe(Option option)
    {
        bool isFlag = option.ValueType == typeof(bool) || option.ValueType == typeof(void) || option.Arity.MaximumNumberOfValues == 0;
        string[] choices = isFlag ? [] : Choices(option);
        WordKind kind = choices.Length > 0 ? WordKind.Choice : option.HelpName switch
        {
            "FILE" or "PATH" => WordKind.File,
            "DIRECTORY" => WordKind.Directory,
            _ => WordKind.Text,
        };
        return new OptionDescription(
            [option.Name, .. option.Aliases.Where(static alias => !alias.StartsWith('/') && alias != "-?").Order(StringComparer.Ordinal)],
            option.Description ?? "",
            isFlag ? null : option.HelpName ?? "VALUE",
            option.Arity.MinimumNumberOfValues > 0,
            option.Required,
            isFlag || !option.HasDefaultValue ? null : Convert.ToString(option.GetDefaultValue(), System.Globalization.CultureInfo.InvariantCulture),
            kind,
            choices);
    }

    private static string[] Choices(Symbol symbol) => [.. symbol.GetCompletions(CompletionContext.Empty).Select(static item => item.Label)];
}
