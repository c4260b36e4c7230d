using System.Text.Json;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Lab;

/// <summary>The lab's applications while the link is cut, as a script sees it.</summary>
[Trait("Category", "Resume")]
public sealed class LinkLossLabTests
{
    [Fact]
    public async Task Lab_LinkLoss_ReportsOneJsonObjectAndLeavesNothing()
    {
        const int Cuts = 8;
        await using RunningProcess lab = BridgeProgram.Start(Machine.Here, "lab", "--scenario", "link-loss", "--json", "--cuts", $"{Cuts}");
        (int exitCode, string output, string errors) = await lab.ExitAsync(Bounds.Guest);

        Assert.True(exitCode == 0, $"Exit code {exitCode}: {errors}");
        Assert.False(Directory.Exists(LabTrace.Read(errors).Directory), errors);
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal("link-loss", report.GetProperty("scenario").GetString());
        Assert.Equal(Cuts, report.GetProperty("cuts").GetInt64());
        Assert.True(report.GetProperty("messages").GetInt64() > 2 * Cuts, output);
        Assert.All(["kills", "lost", "duplicated", "repeated", "reordered", "corrupted"], member => Assert.Equal(0, report.GetProperty(member).GetInt64()));
        // The longest of the outages took this long.
        Assert.True(report.GetProperty("longestPauseMilliseconds").GetDouble() >= 3000, output);
    }
}
