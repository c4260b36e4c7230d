using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>
/// DPDK's testpmd, which moves frames between its ports and polls for them without a pause. A port is one of DPDK's virtual devices: <c>net_vhost</c> is a vhost-user back
/// end, <c>virtio_user</c> a front end, <c>net_tap</c> an interface of the machine that it runs on.
/// </summary>
internal static class PacketForwarder
{
    /// <summary>The program.</summary>
    public const string Program = "dpdk-testpmd";

    private static int _count;

    /// <summary>A back end that listens on a socket.</summary>
    public static string BackEnd(string socket) => $"net_vhost0,iface={socket}";

    /// <summary>A front end that connects to a socket.</summary>
    public static string FrontEnd(string socket) => $"virtio_user0,path={socket}";

    /// <summary>A network interface with that name, which disappears with the process.</summary>
    public static string Interface(string name) => $"net_tap0,iface={name}";

    /// <summary>Starts it.</summary>
    /// <param name="machine">Where.</param>
    /// <param name="mode">icmpecho answers ARP and echo requests by itself; io passes frames from one port to the other and back.</param>
    /// <param name="devices">Its ports.</param>
    public static async Task<RunningProcess> StartAsync(Machine machine, string mode, params string[] devices)
    {
        // Two of DPDK's threads, one of which never sleeps, wherever this process may run; the others come first.
        string processors = (await File.ReadAllLinesAsync("/proc/self/status")).Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':')[1].Trim();
        string[] arguments =
        [
            // It tells of its start by lines, as to a terminal.
            "-n", "5", Programs.Path("stdbuf"), "-oL", Programs.Path(Program), "--no-huge", "--no-pci", "-m", "128", "--lcores", $"(0,1)@({processors})",
            "--file-prefix", $"rb{Environment.ProcessId}-{Interlocked.Increment(ref _count)}", .. devices.SelectMany(device => new[] { "--vdev", device }),
            "--", $"--forward-mode={mode}", "--auto-start", "--total-num-mbufs=4096", "--no-mlockall",
            // A back end has no link before it has a front end, and does not wait for it.
            "--disable-link-check",
        ];
        RunningProcess process = RunningProcess.Start(machine.Command(Programs.Path("nice"), arguments));
        try
        {
            // Its standard input stays open: it ends when somebody presses enter.
            await process.WaitForAsync("Press enter to exit", process.Output);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
