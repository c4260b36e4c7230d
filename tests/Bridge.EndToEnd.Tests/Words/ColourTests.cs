using System.Text.RegularExpressions;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Words;

/// <summary>Colours on a terminal, and none where NO_COLOR is set (no-color.org).</summary>
public sealed partial class ColourTests
{
    // Runs a command on a terminal of its own and prints what it wrote there.
    private const string OnATerminal = """
        import os, pty, sys
        if not os.environ["NO_COLOR"]:
            del os.environ["NO_COLOR"]
        child, terminal = pty.fork()
        if child == 0:
            os.execvp(sys.argv[1], sys.argv[1:])
        try:
            while part := os.read(terminal, 65536):
                sys.stdout.buffer.write(part)
        except OSError:
            pass
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """;

    [ProgramFact("python3")]
    public async Task Lab_OnATerminal_ColoursUnlessToldNotTo()
    {
        Assert.Matches(Colour(), await RunAsync(noColour: ""));
        Assert.DoesNotMatch(Colour(), await RunAsync(noColour: "1"));
    }

    private static async Task<string> RunAsync(string noColour)
    {
        await using RunningProcess python = RunningProcess.Start(
            Machine.Here.Command(Programs.Path("python3"), "-c", OnATerminal, Programs.Path("dotnet"), "exec", BridgeProgram.Assembly, "lab", "--transport", "tcp"),
            [KeyValuePair.Create("TERM", "xterm-256color"), KeyValuePair.Create("NO_COLOR", noColour)]);
        (int exitCode, string output, string errors) = await python.ExitAsync();
        Assert.True(exitCode == 0, output + errors);
        return output;
    }

    /// <summary>Select Graphic Rendition with a colour: 30..49, 90..107.</summary>
    [GeneratedRegex(@"\x1b\[([0-9;]*;)?([34][0-8]|9[0-7]|10[0-7])[;m]")]
    private static partial Regex Colour();
}
