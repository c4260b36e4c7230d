using System.Diagnostics;
using System.Text;
using Bridge.Gateway.Lab;
using Bridge.Linux;

namespace Bridge.Gateway.Tests.Lab;

/// <summary>What the lab's supervisor keeps and hands over, by the service manager's protocol.</summary>
public sealed class LabSupervisorTests : IDisposable
{
    // What the process was handed over, and that it is the one that it was handed over to.
    private const string Look = """
        echo "$LISTEN_FDS $LISTEN_FDNAMES $FDSTORE"
        for fd in 3 4 5; do readlink /proc/self/fd/$fd || echo -; done
        test "$LISTEN_PID" = $$
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly LabSupervisor _supervisor;
    private readonly string _path;

    public LabSupervisorTests()
    {
        _path = Path.Combine(_directory.Path, "notify");
        _supervisor = new LabSupervisor("test", _path);
    }

    [Fact]
    public async Task Start_FirstProcess_IsHandedNothing() => Assert.Equal("0  512\n-\n-\n-\n", await LookAsync());

    [Fact]
    public async Task Start_AfterOthersKeptDescriptors_IsHandedThemInOrderUnderTheirNames()
    {
        Keep("rpmsg0/a");
        Keep("rpmsg0/b");
        Keep("rpmsg0/c");
        Tell("FDSTOREREMOVE=1\nFDNAME=rpmsg0/b");

        const string Handed = "2 rpmsg0/a:rpmsg0/c 512\n/memfd:rpmsg0-a (deleted)\n/memfd:rpmsg0-c (deleted)\n-\n";
        Assert.Equal(Handed, await LookAsync());
        // They stay kept until somebody says otherwise.
        Assert.Equal(Handed, await LookAsync());
    }

    public void Dispose()
    {
        _supervisor.Dispose();
        _directory.Dispose();
    }

    private void Keep(string name)
    {
        using FileDescriptor file = MemoryFile.Create(name.Replace('/', '-'), 1, sealable: false);
        Tell($"FDSTORE=1\nFDNAME={name}\nFDPOLL=0", file);
    }

    // The queue has room for ten on any machine, and is read meanwhile.
    private void Tell(string state, params FileDescriptor[] descriptors) => Assert.Equal(SendOutcome.Sent, new NotificationSocket(_path).Send(Encoding.UTF8.GetBytes(state), descriptors));

    private async Task<string> LookAsync()
    {
        using Process process = _supervisor.Start(new ProcessStartInfo("/bin/sh", ["-c", Look]) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync().Bounded();
        await process.WaitForExitAsync().Bounded();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
