using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Networks;

/// <summary>Networks as they are: A dials B from one network namespace to another.</summary>
public sealed class NetworkTests
{
    // The fallback begins within 3 s; the rest is the time of a busy machine.
    private static readonly TimeSpan FallbackLimit = TimeSpan.FromSeconds(10);

    [NetworkFact(Quic = true)]
    [Trait("Category", "Quic")]
    public async Task Auto_Ordinary_JoinsOverQuic()
    {
        await using NetworkPair network = await NetworkPair.CreateAsync();
        await using GatewayPair pair = await GatewayPair.JoinAsync(Plan(network, NetworkPair.AddressB) with { ListenerFirst = true });

        await AssertJoinedAsync(pair, "quic");
        await PassFileAsync(pair);
    }

    [NetworkFact(Quic = true)]
    [Trait("Category", "Quic")]
    public async Task Auto_UdpDropped_FallsBackToTcpAndSaysWhy()
    {
        await using NetworkPair network = await NetworkPair.CreateAsync();
        await NetworkPair.FilterAsync(network.B, "table inet t { chain c { type filter hook input priority 0; meta l4proto udp drop; }; }");

        await using GatewayPair pair = await GatewayPair.JoinAsync(Plan(network, NetworkPair.AddressB));

        await AssertFellBackAsync(pair);
        await PassFileAsync(pair);
    }

    [NetworkFact]
    public async Task Tcp_Ipv6Only_Joins()
    {
        await using NetworkPair network = await NetworkPair.CreateAsync(v4: false);
        await using GatewayPair pair = await GatewayPair.JoinAsync(Plan(network, $"[{NetworkPair.AddressB6}]") with { Transport = "tcp" });

        await AssertJoinedAsync(pair, "tcp");
        await PassFileAsync(pair);
    }

    [NetworkFact(Quic = true)]
    [Trait("Category", "Quic")]
    public async Task Quic_Ipv6Only_Joins()
    {
        await using NetworkPair network = await NetworkPair.CreateAsync(v4: false);
        await using GatewayPair pair = await GatewayPair.JoinAsync(Plan(network, $"[{NetworkPair.AddressB6}]") with { Transport = "quic" });

        await AssertJoinedAsync(pair, "quic");
        await PassFileAsync(pair);
    }

    [NetworkFact]
    public async Task Tcp_Mtu1280_PassesAFile()
    {
        await using NetworkPair network = await WithMtuAsync(1280, 1280);
        await using GatewayPair pair = await GatewayPair.JoinAsync(Plan(network, NetworkPair.AddressB) with { Transport = "tcp" });

        await PassFileAsync(pair);
    }

    [NetworkFact(Quic = true)]
    [Trait("Category", "Quic")]
    public async Task Quic_Mtu1280_PassesAFile()
    {
        await using NetworkPair network = await WithMtuAsync(1280, 1280);
        await using GatewayPair pair = await GatewayPair.JoinAsync(Plan(network, NetworkPair.AddressB) with { Transport = "quic" });

        await PassFileAsync(pair);
    }

    /// <summary>One end sends packets that the other never gets, and nobody says so.</summary>
    [NetworkFact(Quic = true)]
    [Trait("Category", "Quic")]
    public async Task Auto_MtuBlackHole_PassesAFile()
    {
        await using NetworkPair network = await WithMtuAsync(9000, 1280);
        await using GatewayPair pair = await GatewayPair.JoinAsync(Plan(network, NetworkPair.AddressB));

        await PassFileAsync(pair);
    }

    /// <summary>The same, so narrow that QUIC's first packets are lost already (RFC 9000, 14: at least 1200 bytes).</summary>
    [NetworkFact(Quic = true)]
    [Trait("Category", "Quic")]
    public async Task Auto_NarrowMtuBlackHole_FallsBackToTcpAndSaysWhy()
    {
        await using NetworkPair network = await WithMtuAsync(1500, 1100);
        await using GatewayPair pair = await GatewayPair.JoinAsync(Plan(network, NetworkPair.AddressB));

        await AssertFellBackAsync(pair);
        await PassFileAsync(pair);
    }

    /// <summary>The narrow place is in the middle, so neither end knows of it: without shorter segments TCP never gets its certificates through.</summary>
    [NetworkFact]
    public async Task Tcp_MtuHoleInTheMiddle_JoinsWithShortSegmentsAndSaysSoOnce()
    {
        await using RoutedNetwork network = await RoutedNetwork.CreateAsync(1280);
        await using GatewayPair pair = await GatewayPair.JoinAsync(new BridgePlan
        {
            Transport = "tcp",
            MachineA = network.A,
            MachineB = network.B,
            ListenB = "0.0.0.0:7117",
            ConnectA = [RoutedNetwork.AddressB + ":7117"],
        });

        await PassFileAsync(pair);
        Assert.Single(pair.A.LogLines, line => line.Contains("dialled with segments of at most 1200 bytes", StringComparison.Ordinal));
    }

    [NetworkFact(Quic = true)]
    [Trait("Category", "Quic")]
    public async Task Quic_NoRoute_SaysItInTheSystemsWords()
    {
        await using NetworkPair network = await NetworkPair.CreateAsync(v6: false);
        await using GatewayPair pair = await GatewayPair.StartAsync(Plan(network, "203.0.113.1") with { Transport = "quic" });

        await pair.A.UntilLoggedAsync("203.0.113.1:7117 over Quic: Network is unreachable.");
    }

    [NetworkFact]
    public async Task Tcp_PeersAddressChanges_GoesOnWithoutLoss()
    {
        await using NetworkPair network = await NetworkPair.CreateAsync(v6: false);
        await NetworkPair.HostsAsync(network.A, $"{NetworkPair.AddressB} board-b\n");
        BridgePlan plan = Plan(network, "board-b") with { Transport = "tcp", KeepAliveSeconds = 2 };
        await using GatewayPair pair = await GatewayPair.JoinAsync(plan);
        using Traffic traffic = await Traffic.StartAsync(pair, [("rpmsg0", false)], plan.Services, Environment.TickCount);
        await traffic.UntilReceivedAsync(500, pair);

        await NetworkPair.IpAsync(network.B, $"address del {NetworkPair.AddressB}/24 dev wire");
        await NetworkPair.IpAsync(network.B, "address add 192.0.2.77/24 dev wire");
        await NetworkPair.HostsAsync(network.A, "192.0.2.77 board-b\n");

        await traffic.WhileAsync(
            async () => (await pair.A.LinkAsync()).TryGetProperty("remoteAddress", out JsonElement address) && address.GetString() == "192.0.2.77:7117",
            "the new address",
            pair.Describe,
            Bounds.Limit);
        await traffic.UntilReceivedAsync(500, pair);
        await traffic.StopAsync(pair);
    }

    [NetworkFact]
    public Task Tcp_WireDownAndUp_LosesNothing() => UnplugAsync("tcp");

    [NetworkFact(Quic = true)]
    [Trait("Category", "Quic")]
    public Task Quic_WireDownAndUp_LosesNothing() => UnplugAsync("quic");

    /// <summary>Unplugged in the middle of a burst, once for a moment and once until both gateways have given up.</summary>
    private static async Task UnplugAsync(string transport)
    {
        await using NetworkPair network = await NetworkPair.CreateAsync(v6: false);
        BridgePlan plan = Plan(network, NetworkPair.AddressB) with { Transport = transport, KeepAliveSeconds = 1, Services = ["one", "two"] };
        await using GatewayPair pair = await GatewayPair.JoinAsync(plan);
        using Traffic traffic = await Traffic.StartAsync(pair, [("rpmsg0", false)], plan.Services, Environment.TickCount, perTick: 20);
        await traffic.UntilReceivedAsync(1000, pair);

        await NetworkPair.IpAsync(network.B, "link set wire down");
        await NetworkPair.IpAsync(network.B, "link set wire up");
        await traffic.UntilReceivedAsync(1000, pair);

        await NetworkPair.IpAsync(network.B, "link set wire down");
        await traffic.WhileAsync(async () => await IsDownAsync(pair.A) && await IsDownAsync(pair.B), "the loss is noticed", pair.Describe, Bounds.Limit);
        await NetworkPair.IpAsync(network.B, "link set wire up");
        await traffic.UntilReceivedAsync(1000, pair);

        await traffic.StopAsync(pair);
    }

    private static async Task<bool> IsDownAsync(TestGateway gateway) => (await gateway.LinkAsync()).GetProperty("state").GetString() != "up";

    private static BridgePlan Plan(NetworkPair network, string host) => new()
    {
        Transport = "auto",
        MachineA = network.A,
        MachineB = network.B,
        ListenB = "[::]:7117",
        ConnectA = [host + ":7117"],
    };

    /// <summary>Ends with these MTUs; packets that are too large for the other end vanish, and no ICMP tells.</summary>
    private static async Task<NetworkPair> WithMtuAsync(int a, int b)
    {
        NetworkPair network = await NetworkPair.CreateAsync(v6: false);
        try
        {
            await network.NoOffloadAsync();
            await NetworkPair.IpAsync(network.A, string.Create(CultureInfo.InvariantCulture, $"link set wire mtu {a}"));
            await NetworkPair.IpAsync(network.B, string.Create(CultureInfo.InvariantCulture, $"link set wire mtu {b}"));
            foreach (Machine machine in new[] { network.A, network.B })
                await NetworkPair.FilterAsync(machine, "table inet t { counter probes { }; chain c { type filter hook input priority 0; meta l4proto icmp drop; udp dport 9 counter name probes; }; }");
            if (a > b)
                await AssertHoleAsync(network, b);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Of a datagram that is too large for B's end and a small one after it, the small one arrives.</summary>
    private static async Task AssertHoleAsync(NetworkPair network, int mtu)
    {
        // veth lets 4 bytes more pass, for a VLAN tag; the headers of IP and UDP come on top.
        foreach (int length in new[] { mtu + 5, 100 })
            await network.A.RunAsync("bash", "-c", string.Create(CultureInfo.InvariantCulture, $"head -c {length} /dev/zero >/dev/udp/{NetworkPair.AddressB}/9"));
        string probes = "";
        await Bounds.UntilAsync(
            async () => !(probes = await network.B.RunAsync("nft", "list", "counter", "inet", "t", "probes")).Contains("packets 0 ", StringComparison.Ordinal), "the small datagram");
        Assert.Contains("packets 1 ", probes, StringComparison.Ordinal);
    }

    private static async Task AssertJoinedAsync(GatewayPair pair, string transport)
    {
        JsonElement link = await pair.A.LinkAsync();
        Assert.True(link.GetProperty("transport").GetString() == transport && !link.TryGetProperty("transportReason", out _), $"{link}\n{pair.Describe()}");
    }

    private static async Task AssertFellBackAsync(GatewayPair pair)
    {
        JsonElement link = await pair.A.LinkAsync();
        Assert.Equal("tcp", link.GetProperty("transport").GetString());
        Assert.StartsWith($"TCP is used because QUIC did not lead to {NetworkPair.AddressB}:7117: no answer within 2.5 s.", link.GetProperty("transportReason").GetString(), StringComparison.Ordinal);
        await pair.A.UntilLoggedAsync("TCP is used because QUIC did not lead to");
        TimeSpan took = pair.A.TimeOf("is up, lanes:") - pair.A.TimeOf("Gateway a runs");
        Assert.True(took < FallbackLimit, $"It took {took}. {pair.Describe()}");
    }

    /// <summary>From A to B in full messages, as random as can be, so that nothing on the way can make it smaller.</summary>
    private static async Task PassFileAsync(GatewayPair pair)
    {
        byte[] file = new byte[(1 << 20) + 7];
        new Random(1).NextBytes(file);
        (Application offering, Application opening) = await pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            Task sending = opening.SendFileAsync(file);
            byte[] received = await offering.ReceiveFileAsync(file.Length).Bounded();
            await sending.Bounded();
            Assert.Equal(SHA256.HashData(file), SHA256.HashData(received));
        }
    }
}
