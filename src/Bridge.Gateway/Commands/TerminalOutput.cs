using Spectre.Console;

namespace Bridge.Gateway.Commands;

/// <summary>Tables and progress on a text writer: colours only where it is a terminal and NO_COLOR is not set (no-color.org).</summary>
internal static class TerminalOutput
{
    // What is piped is read by programs and logs: wrapping would break lines apart.
    private const int PipeWidth = 240;

    /// <summary>A console over <paramref name="writer"/>; <paramref name="redirected"/> says that it is no terminal.</summary>
    public static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        bool plain = redirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = PipeWidth;
        }

        return console;
    }

    /// <summary>A console over a command's standard output.</summary>
    public static IAnsiConsole ForOutput(TextWriter output) => Create(output, Console.IsOutputRedirected || output != Console.Out);
}
