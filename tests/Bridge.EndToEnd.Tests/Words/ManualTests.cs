using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Words;

/// <summary>The manual page as manual readers take it.</summary>
public sealed class ManualTests
{
    [ProgramFact("groff")]
    public async Task Manual_ForGroff_HasNothingToWarnAbout()
    {
        using TemporaryDirectory directory = new();
        (int exitCode, string page, string problems) = await BridgeProgram.RunAsync("manual");
        Assert.Equal((0, ""), (exitCode, problems));
        string file = directory.Write("rpmsg-bridge.1", page);

        await using RunningProcess groff = RunningProcess.Start(Machine.Here.Command(Programs.Path("groff"), "-man", "-ww", "-Tascii", "-P-c", file));
        (int formatted, string text, string warnings) = await groff.ExitAsync();

        Assert.Equal((0, ""), (formatted, warnings));
        string[] sections = ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES", "SEE ALSO"];
        string plain = text.Replace("\b", "", StringComparison.Ordinal);
        Assert.All(sections, section => Assert.Contains(string.Concat(section.Select(static c => c == ' ' ? " " : $"{c}{c}")), plain, StringComparison.Ordinal));
        Assert.Contains("rpmsg-bridge ping DEVICE SERVICE", text, StringComparison.Ordinal);
    }
}
