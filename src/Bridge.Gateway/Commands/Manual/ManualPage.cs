using System.Text;

namespace Bridge.Gateway.Commands.Manual;

/// <summary>The manual page rpmsg-bridge(1) as man(7) source.</summary>
internal static class ManualPage
{
    /// <summary>Writes the page.</summary>
    /// <param name="program">The command line.</param>
    /// <param name="version">The program's.</param>
    public static string Write(ProgramDescription program, string version)
    {
        StringBuilder page = new();
        page.Append($".\\\" Made by `rpmsg-bridge manual` from the definitions of the commands.\n.TH RPMSG\\-BRIDGE 1 \"\" \"rpmsg\\-bridge {Escape(version)}\" \"User Commands\"\n");
        page.Append(".SH NAME\nrpmsg\\-bridge \\- rpmsg over QUIC and TCP, between real machines\n");
        page.Append(".SH SYNOPSIS\n.B rpmsg\\-bridge\n.I COMMAND\n.RI [ OPTIONS ]\n");
        page.Append(".SH DESCRIPTION\n");
        Paragraphs(page, program.Text);
        page.Append(".SH OPTIONS\n");
        foreach (OptionDescription option in program.Options)
            Option(page, option);
        page.Append(".SH COMMANDS\n");
        foreach (CommandDescription command in program.Commands)
            Command(page, command);
        page.Append(".SH EXIT STATUS\n");
        foreach ((ExitCode code, string meaning) in ExitCodes.All)
            page.Append($".TP\n.B {(int)code}\n{Escape(meaning)}\n");
        page.Append(".SH ENVIRONMENT\n");
        foreach ((string name, string meaning) in ProgramEnvironment.All)
            page.Append($".TP\n.B {Escape(name)}\n{Escape(meaning)}\n");
        page.Append(".SH FILES\n");
        foreach ((string name, string meaning) in ProgramFiles.All)
            page.Append($".TP\n.I {Escape(name)}\n{Escape(meaning)}\n");
        page.Append(".SH SEE ALSO\n.BR rpmsg\\-bridge\\ check\\ \\-\\-reference ,\nwhich prints every key of the configuration;\n.BR socat (1),\n.BR systemctl (1),\n.IR /usr/share/doc/rpmsg\\-bridge/README.md\n");
        return page.ToString();
    }

    /// <summary>Text as man(7) takes it: nothing in it is a request or an escape.</summary>
    public static string Escape(string text)
    {
        string escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? "\\&" + escaped : escaped;
    }

    private static void Command(StringBuilder page, CommandDescription command)
    {
        page.Append($".SS \"rpmsg\\-bridge {Escape(command.Name)}");
        foreach (ArgumentDescription argument in command.Arguments)
            page.Append(argument.IsRequired ? $" {argument.Name}" : $" [{argument.Name}]");
        page.Append("\"\n");
        Paragraphs(page, command.Summary);
        foreach (ArgumentDescription argument in command.Arguments)
            page.Append($".TP\n.I {Escape(argument.Name)}\n{Escape(argument.Meaning)}\n");
        foreach (OptionDescription option in command.Options)
            Option(page, option);
        if (command.Details.Length == 0)
            return;
        // As it stands in the help: examples keep their lines.
        page.Append(".PP\n.nf\n");
        foreach (string line in command.Details.TrimEnd().Split('\n'))
            page.Append($"{(line.Length == 0 ? "\\&" : Escape(line.TrimEnd('\r')))}\n");
        page.Append(".fi\n");
    }

    private static void Option(StringBuilder page, OptionDescription option)
    {
        string value = option.Value is null ? "" : option.IsValueRequired ? $" \\fI{Escape(option.Value)}\\fR" : $" [\\fI{Escape(option.Value)}\\fR]";
        page.Append($".TP\n{string.Join(", ", option.Names.Select(name => $"\\fB{Escape(name)}\\fR"))}{value}\n{Escape(option.Meaning)}");
        page.Append(option.Standard is { Length: > 0 } standard ? $" Default: {Escape(standard)}.\n" : option.IsRequired ? " Required.\n" : "\n");
    }

    private static void Paragraphs(StringBuilder page, string text)
    {
        foreach (string paragraph in text.ReplaceLineEndings("\n").Split("\n\n"))
            page.Append($".PP\n{string.Join('\n', paragraph.Split('\n').Select(static line => Escape(line.Trim())))}\n");
    }
}
