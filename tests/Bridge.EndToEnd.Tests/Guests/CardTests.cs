using System.Net;
using System.Security.Cryptography;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Loss;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>A network card over two gateways: drivers of Linux and of DPDK on one side, DPDK's back end on the other.</summary>
[Trait("Category", "VhostUser")]
[Trait("Category", "Network")]
public sealed class CardTests
{
    private const string Own = "10.77.0.1", Echo = "10.77.0.2", Server = "10.77.0.3";
    private const int FileBytes = 4 << 20;

    [CardFact(NeedsGuest = true)]
    public async Task QemuGuest_LinkDarkThenBackEndReplaced_LosesNoPingAndFetchesAFile()
    {
        IPEndPoint listen = Loopback.Next(), towards = Loopback.Next();
        int seed = Random.Shared.Next(1_000_000);
        await using TcpRelay relay = new(towards, listen, seed, spacing: 30);
        await using CardNamespace place = await CardNamespace.CreateAsync();
        await using BridgedCard card = await BridgedCard.StartAsync(new BridgePlan { KeepAliveSeconds = 1, ListenB = listen.ToString(), ConnectA = [towards.ToString()] });
        // Without MSI-X: QEMU 7.2 without KVM ends with a segmentation fault when a driver of a vhost-user network card sets its vectors up.
        await using QemuGuest guest = await QemuGuest.StartAsync(
            "-chardev", $"socket,id=net0,path={card.FrontEndSocket}", "-netdev", "vhost-user,id=card,chardev=net0",
            "-device", "virtio-net-pci,netdev=card,mac=52:54:00:77:00:01,romfile=,vectors=0");

        await RunAsync(guest, card, $"await 60 test -e /sys/class/net/eth0 && ip addr add {Own}/24 dev eth0 && ip link set eth0 up");
        await RunAsync(guest, card, $"await 60 ping -c 1 -W 2 {Echo}");
        await RunAsync(guest, card, $"ping -c 5 -A -W 60 -s 1472 {Echo}");
        // A neighbour that cannot be asked for some seconds would be forgotten, and what is sent to it then.
        await RunAsync(guest, card, $"arp -s {Echo} $(arp -n {Echo} | grep -o '..:..:..:..:..:..')");
        long silences = await card.Pair.SilencesAsync();
        await RunAsync(guest, card, $"ping -c 40 -i 0.1 -W 100 -q {Echo} >/tmp/pings & pinging=$!");
        relay.Dark = true;
        await Bounds.UntilAsync(async () => await card.Pair.SilencesAsync() > silences, "the silence to be noticed", card.Describe);
        relay.Dark = false;
        Assert.Contains("40 packets transmitted, 40 packets received", await RunAsync(guest, card, "wait $pinging; cat /tmp/pings"), StringComparison.Ordinal);

        await card.ReplaceBackEndAsync(place, Server);
        using TemporaryDirectory files = new();
        byte[] content = RandomNumberGenerator.GetBytes(FileBytes);
        await File.WriteAllBytesAsync(files.File("file"), content);
        await using RunningProcess server = RunningProcess.Start(place.Machine.Command(
            Programs.Path("python3"), "-u", "-m", "http.server", "--bind", Server, "--directory", files.Path, "8000"));
        await server.WaitForAsync("Serving HTTP");
        await RunAsync(guest, card, $"await 60 ping -c 1 -W 2 {Server}");
        Assert.StartsWith(
            Convert.ToHexStringLower(SHA256.HashData(content)), await RunAsync(guest, card, $"wget -q -O - http://{Server}:8000/file | sha256sum"), StringComparison.Ordinal);
        (_, string complaints) = await guest.TryAsync("complaints");
        Assert.Equal("", complaints);
    }

    [CardFact]
    public async Task VirtioUser_BackEndReplaced_ReachesBoth()
    {
        await using CardNamespace own = await CardNamespace.CreateAsync();
        await using CardNamespace place = await CardNamespace.CreateAsync();
        // DPDK makes its memory files without the permission to seal them.
        await using BridgedCard card = await BridgedCard.StartAsync(BridgePlan.OnLoopback("tcp"), unsealedMemory: true);
        await using RunningProcess front = await PacketForwarder.StartAsync(own.Machine, "io", PacketForwarder.FrontEnd(card.FrontEndSocket), CardNamespace.Device);
        await own.AddressAsync(Own);
        await PingAsync(own, card, Echo);

        await card.ReplaceBackEndAsync(place, Server);
        await PingAsync(own, card, Server);
    }

    /// <summary>Until one is answered: the first may be lost with a back end that went, or find no interface yet.</summary>
    private static Task PingAsync(CardNamespace from, BridgedCard card, string address) => Bounds.UntilAsync(
        async () =>
        {
            await using RunningProcess ping = RunningProcess.Start(from.Machine.Command(Programs.Path("busybox"), "ping", "-c", "3", "-A", "-W", "5", "-s", "1400", address));
            return (await ping.ExitAsync()).ExitCode == 0;
        },
        $"an answer of {address}",
        card.Describe);

    private static async Task<string> RunAsync(QemuGuest guest, BridgedCard card, string command)
    {
        (int exitCode, string output) = await guest.TryAsync(command);
        Assert.True(exitCode == 0, $"'{command}' in the guest: exit code {exitCode}: {output}\n{guest.Describe()}\n{card.Describe()}");
        return output;
    }
}
