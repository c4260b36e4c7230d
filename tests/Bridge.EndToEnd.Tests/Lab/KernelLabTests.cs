using System.Text.Json;
using Bridge.EndToEnd.Tests.Kernel;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Lab;

/// <summary>The lab's guest with the kernel's own rpmsg drivers, as a script sees it.</summary>
[Trait("Category", "Kernel")]
public sealed class KernelLabTests
{
    [KernelFact]
    public async Task Lab_Kernel_ReportsOneJsonObjectAndLeavesNothing()
    {
        await using RunningProcess lab = BridgeProgram.Start(
            Machine.Here, "lab", "--scenario", "kernel", "--json", "--guest", Path.GetDirectoryName(KernelBuild.Kernel)!);
        (int exitCode, string output, string errors) = await lab.ExitAsync(Bounds.Guest + Bounds.Guest);

        Assert.True(exitCode == 0, $"Exit code {exitCode}: {errors}");
        Assert.False(Directory.Exists(LabTrace.Read(errors).Directory), errors);
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal("kernel", report.GetProperty("scenario").GetString());
        Assert.StartsWith("6.", report.GetProperty("guestKernel").GetString()!, StringComparison.Ordinal);
        Assert.Equal((40_000, 40_000), (report.GetProperty("burstSent").GetInt64(), report.GetProperty("burstReceived").GetInt64()));
        Assert.All(["lost", "duplicated", "reordered", "corrupted"], member => Assert.Equal(0, report.GetProperty(member).GetInt64()));
        Assert.True(report.GetProperty("cuts").GetInt64() >= 1 && report.GetProperty("channels").GetInt64() >= 1, output);
    }
}
