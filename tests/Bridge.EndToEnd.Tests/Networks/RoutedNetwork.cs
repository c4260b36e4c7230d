using System.Globalization;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Networks;

/// <summary>
/// Three network namespaces: A (192.0.2.1) and B (198.51.100.2), which both believe in 1500 bytes, and between them a router whose way to B passes fewer and which
/// says so to nobody. The kernels do not probe for the MTU.
/// </summary>
internal sealed class RoutedNetwork : IAsyncDisposable
{
    public const string AddressB = "198.51.100.2";

    private static int _last;
    private readonly Machine _router;

    private RoutedNetwork()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"rb{Environment.ProcessId}r{Interlocked.Increment(ref _last)}");
        (A, _router, B) = (new Machine(name + "a"), new Machine(name + "m"), new Machine(name + "b"));
    }

    public Machine A { get; }

    public Machine B { get; }

    public static async Task<RoutedNetwork> CreateAsync(int mtu)
    {
        RoutedNetwork network = new();
        try
        {
            await network.SetUpAsync(mtu);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Machine machine in new[] { A, _router, B })
        {
            if (File.Exists($"/run/netns/{machine.Namespace}"))
                await Machine.Here.RunAsync("ip", "netns", "del", machine.Namespace!);
        }
    }

    private async Task SetUpAsync(int mtu)
    {
        foreach (Machine machine in new[] { A, _router, B })
        {
            await Machine.Here.RunAsync("ip", "netns", "add", machine.Namespace!);
            await NetworkPair.IpAsync(machine, "link set lo up");
        }

        await JoinAsync(A, "left", "192.0.2.1", "192.0.2.254");
        await JoinAsync(B, "right", AddressB, "198.51.100.254");
        await NetworkPair.IpAsync(_router, string.Create(CultureInfo.InvariantCulture, $"link set right mtu {mtu}"));
        await _router.RunAsync("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
        await NetworkPair.FilterAsync(_router, "table inet t { chain c { type filter hook output priority 0; meta l4proto icmp drop; }; }");
        foreach (Machine machine in new[] { A, B })
            await machine.RunAsync("sh", "-c", "echo 0 >/proc/sys/net/ipv4/tcp_mtu_probing");
    }

    private async Task JoinAsync(Machine machine, string port, string address, string gateway)
    {
        await NetworkPair.IpAsync(machine, $"link add wire type veth peer name {port} netns {_router.Namespace}");
        await NetworkPair.IpAsync(_router, $"link set {port} up");
        await NetworkPair.IpAsync(machine, "link set wire up");
        await NetworkPair.IpAsync(_router, $"address add {gateway}/24 dev {port}");
        await NetworkPair.IpAsync(machine, $"address add {address}/24 dev wire");
        await NetworkPair.IpAsync(machine, $"route add default via {gateway}");
        // Each packet on the wire is one packet, as between real machines.
        foreach ((Machine end, string name) in new[] { (machine, "wire"), (_router, port) })
            await end.RunAsync("ethtool", "-K", name, "tx", "off", "tso", "off", "gso", "off", "gro", "off");
    }
}
