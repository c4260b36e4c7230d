using System.Diagnostics;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Lab;

/// <summary>The lab as a person uses it: two terminals with socat, ctrl-c at the end, or a kill.</summary>
public sealed class LabKeepTests
{
    [ProgramFact("socat")]
    public async Task Keep_SocatLinesAsPrinted_TalkThroughBothGateways()
    {
        await using RunningProcess lab = StartInTerminal();
        await lab.WaitForAsync("Press ctrl-c to stop.");
        string[] lines = [.. lab.Output.ToList().Select(line => line.Trim()).Where(line => line.StartsWith("socat ", StringComparison.Ordinal))];
        Assert.Equal(2, lines.Length);

        await using RunningProcess first = RunningProcess.Start(new ProcessStartInfo("sh", ["-c", "exec " + lines[0]]));
        await UntilThereAsync(lines[1]);
        await using RunningProcess second = RunningProcess.Start(new ProcessStartInfo("sh", ["-c", "exec " + lines[1]]));
        await second.TypeAsync("good morning");
        await first.WaitForAsync("good morning");
        await first.TypeAsync("good evening");
        await second.WaitForAsync("good evening");

        await EndAsync(lab);
        // Their sockets have ended, so socat has, too.
        Assert.Equal((0, 0), ((await first.ExitAsync()).ExitCode, (await second.ExitAsync()).ExitCode));
    }

    [Fact]
    public async Task CtrlC_WhileItMeasures_LeavesNothing()
    {
        await using RunningProcess lab = StartInTerminal();
        await lab.WaitForAsync("Joined over");

        LabTrace trace = LabTrace.Read(lab.Errors.Text);
        await lab.SignalAsync("INT", group: true);

        await lab.ExitAsync();
        AssertNothingLeft(trace);
    }

    [Fact]
    public async Task Kill_TheLabsProcess_EndsBothGateways()
    {
        await using RunningProcess lab = StartInTerminal();
        await lab.WaitForAsync("Joined over");

        LabTrace trace = LabTrace.Read(lab.Errors.Text);
        Assert.True(ProcessTable.Runs(trace.Virtio) && ProcessTable.Runs(trace.Vhost));
        await lab.SignalAsync("KILL");

        await Bounds.UntilAsync(() => !ProcessTable.Runs(trace.Virtio) && !ProcessTable.Runs(trace.Vhost), "the end of both gateways");
        Directory.Delete(trace.Directory, recursive: true);
    }

    /// <summary>Leads a process group of its own, like a command in a terminal.</summary>
    private static RunningProcess StartInTerminal() => RunningProcess.Start(
        new ProcessStartInfo(Programs.Path("setsid"), [Programs.Path("dotnet"), "exec", BridgeProgram.Assembly, "lab", "--keep", "--transport", "tcp"]));

    /// <summary>A person takes longer to switch terminals than a name takes to cross.</summary>
    private static Task UntilThereAsync(string line)
    {
        string path = line.Split(':')[1].Split(',')[0];
        return Bounds.UntilAsync(() => File.Exists(path), path);
    }

    private static async Task EndAsync(RunningProcess lab)
    {
        LabTrace trace = LabTrace.Read(lab.Errors.Text);
        await lab.SignalAsync("INT", group: true);
        Assert.Equal(0, (await lab.ExitAsync()).ExitCode);
        AssertNothingLeft(trace);
    }

    private static void AssertNothingLeft(LabTrace trace)
    {
        Assert.False(ProcessTable.Runs(trace.Virtio), "The virtio gateway still runs.");
        Assert.False(ProcessTable.Runs(trace.Vhost), "The vhost gateway still runs.");
        Assert.False(Directory.Exists(trace.Directory), $"{trace.Directory} was left.");
    }
}
