using System.Globalization;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Networks;

/// <summary>
/// Two network namespaces joined by a veth pair whose ends are both called `wire`: A is 192.0.2.1 and 2001:db8::1, B is 192.0.2.2 and 2001:db8::2. Everything lies inside the
/// two; nothing else of the machine is touched, and they go with the test.
/// </summary>
internal sealed class NetworkPair : IAsyncDisposable
{
    public const string AddressA = "192.0.2.1", AddressB = "192.0.2.2", AddressB6 = "2001:db8::2";

    private static int _last;

    private NetworkPair()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"rb{Environment.ProcessId}n{Interlocked.Increment(ref _last)}");
        (A, B) = (new Machine(name + "a"), new Machine(name + "b"));
    }

    public Machine A { get; }

    public Machine B { get; }

    public static async Task<NetworkPair> CreateAsync(bool v4 = true, bool v6 = true)
    {
        NetworkPair pair = new();
        try
        {
            await IpAsync("netns", "add", pair.A.Namespace!);
            await IpAsync("netns", "add", pair.B.Namespace!);
            await IpAsync("-n", pair.A.Namespace!, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", pair.B.Namespace!);
            await SetUpAsync(pair.A, 1, v4, v6);
            await SetUpAsync(pair.B, 2, v4, v6);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs ip in one of the namespaces.</summary>
    public static Task IpAsync(Machine machine, string command) => IpAsync(["-n", machine.Namespace!, .. command.Split(' ')]);

    /// <summary>Loads nftables rules into one of the namespaces.</summary>
    public static Task FilterAsync(Machine machine, string rules) => machine.RunAsync("nft", rules);

    /// <summary>Makes every packet on the wire one packet, as between real machines: without this the two ends hand each other segments of 64 KiB, whatever the MTU.</summary>
    public async Task NoOffloadAsync()
    {
        foreach (Machine machine in new[] { A, B })
            await machine.RunAsync("ethtool", "-K", "wire", "tx", "off", "tso", "off", "gso", "off", "gro", "off");
    }

    /// <summary>Names that the resolver of one of the namespaces finds: `ip netns exec` puts the file in the place of /etc/hosts.</summary>
    public static async Task HostsAsync(Machine machine, string lines)
    {
        string directory = HostsDirectory(machine);
        Directory.CreateDirectory(directory);
        // Written in place, not renamed: processes that run have this very file mounted.
        await File.WriteAllTextAsync(Path.Combine(directory, "hosts"), "127.0.0.1 localhost\n" + lines);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Machine machine in new[] { A, B })
        {
            if (File.Exists($"/run/netns/{machine.Namespace}"))
                await IpAsync("netns", "del", machine.Namespace!);
            if (Directory.Exists(HostsDirectory(machine)))
                Directory.Delete(HostsDirectory(machine), recursive: true);
        }
    }

    private static string HostsDirectory(Machine machine) => $"/etc/netns/{machine.Namespace}";

    private static Task<string> IpAsync(params string[] arguments) => Machine.Here.RunAsync("ip", arguments);

    private static async Task SetUpAsync(Machine machine, int number, bool v4, bool v6)
    {
        await IpAsync(machine, "link set lo up");
        if (!v6)
            await machine.RunAsync("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/wire/disable_ipv6");
        await IpAsync(machine, "link set wire up");
        if (v4)
            await IpAsync(machine, string.Create(CultureInfo.InvariantCulture, $"address add 192.0.2.{number}/24 dev wire"));
        // nodad: usable at once, there is nobody else who could have it.
        if (v6)
            await IpAsync(machine, string.Create(CultureInfo.InvariantCulture, $"address add 2001:db8::{number}/64 dev wire nodad"));
    }
}
