using System.Text.Json;
using Bridge.EndToEnd.Tests.Guests;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Lab;

/// <summary>The lab's guest with a disk behind the other gateway, as a script sees it.</summary>
[Trait("Category", "VhostUser")]
public sealed class BlkLabTests
{
    [QemuFact(StorageDaemon.Program)]
    public async Task Lab_Blk_ReportsOneJsonObjectAndLeavesNothing()
    {
        await using RunningProcess lab = BridgeProgram.Start(Machine.Here, "lab", "--scenario", "blk", "--json", "--guest", QemuGuest.Prepared.Directory);
        (int exitCode, string output, string errors) = await lab.ExitAsync(Bounds.Guest + Bounds.Guest);

        Assert.True(exitCode == 0, $"Exit code {exitCode}: {errors}");
        Assert.False(Directory.Exists(LabTrace.Read(errors).Directory), errors);
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal("blk", report.GetProperty("scenario").GetString());
        Assert.EndsWith("-cloud-amd64", report.GetProperty("guestKernel").GetString()!, StringComparison.Ordinal);
        Assert.True(report.GetProperty("bytesWritten").GetInt64() > 4 * (8 << 20), output);
        Assert.True(report.GetProperty("sha256Match").GetBoolean() && report.GetProperty("fileSystemClean").GetBoolean(), output);
        Assert.Equal((4, 0, 0), (report.GetProperty("cuts").GetInt64(), report.GetProperty("writeErrors").GetInt64(), report.GetProperty("kernelComplaints").GetInt64()));
    }

    [QemuFact(StorageDaemon.Program)]
    public async Task Lab_BlkWithoutTheGuestsFiles_SaysWhatMakesThem()
    {
        using TemporaryDirectory empty = new();

        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync("lab", "--scenario", "blk", "--json", "--guest", empty.Path);

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Equal(
            $"rpmsg-bridge: --guest {empty.Path}: there is no vmlinuz in it; tests/qemu/prepare in the source tree makes such a directory and prints its name.\n", errors);
    }
}
