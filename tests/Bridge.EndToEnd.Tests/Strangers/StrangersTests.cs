using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Strangers;

/// <summary>Whoever comes to an open port: nobody harms the gateway, everybody is told of, nothing of them stays.</summary>
public sealed class StrangersTests
{
    private const int Scans = 1000;

    [Fact]
    public async Task Strangers_OverTcp_AreRefusedWithReasonsAndLeaveNothing()
    {
        BridgePlan plan = BridgePlan.OnLoopback("tcp");
        IPEndPoint port = IPEndPoint.Parse(plan.ListenB!);
        await using GatewayPair pair = await GatewayPair.JoinAsync(plan);
        (Application offering, Application opening) = await pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            // What the first of each kind makes the gateway open for good (threads, libraries) is no leak.
            await TcpStrangers.VisitAsync(port, scans: 50);
            await UntilQuietAsync(pair.B);
            int before = ProcessTable.Descriptors(pair.B.ProcessId);

            await TcpStrangers.VisitAsync(port, Scans);

            await pair.B.UntilLoggedAsync("AuthenticationFailed. ");
            await pair.B.UntilLoggedAsync("UnknownPeer. The peer's key is sha256:");
            await pair.B.UntilLoggedAsync("HandshakeTimeout. ");
            string[] reasons = ["AuthenticationFailed", "HandshakeTimeout", "UnknownPeer"];
            await pair.B.UntilAsync(
                status => status.TryGetProperty("refused", out JsonElement refused) && reasons.All(reason => refused.TryGetProperty(reason, out _)), "the reasons in the status");
            await Bounds.UntilAsync(
                () => ProcessTable.Descriptors(pair.B.ProcessId) <= before,
                $"at most {before} descriptors",
                () => $"There are {ProcessTable.Descriptors(pair.B.ProcessId)}. {pair.Describe()}");
            await AssertStillTalkingAsync(pair, offering, opening);
        }
    }

    [QuicFact]
    [SupportedOSPlatform("linux")]
    [Trait("Category", "Quic")]
    public async Task Strangers_OverQuic_AreRefusedWithReasons()
    {
        BridgePlan plan = BridgePlan.OnLoopback("quic");
        IPEndPoint port = IPEndPoint.Parse(plan.ListenB!);
        await using GatewayPair pair = await GatewayPair.JoinAsync(plan);
        (Application offering, Application opening) = await pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            await QuicStrangers.SendDatagramsAsync(port);
            await QuicStrangers.GreetAsync(port, certificate: null);
            await pair.B.UntilLoggedAsync("AuthenticationFailed. ");
            using var certificate = StrangerTls.Certificate();
            await QuicStrangers.GreetAsync(port, certificate);
            await pair.B.UntilLoggedAsync("UnknownPeer. The peer's key is sha256:");

            await AssertStillTalkingAsync(pair, offering, opening);
        }
    }

    [Fact]
    public async Task WrongKey_OfADiallingPeer_IsSaidOnBothSides()
    {
        string address = Loopback.Next().ToString();
        using TemporaryDirectory directory = new();
        await using TestGateway a = new("a", directory.Path, Machine.Here), b = new("b", directory.Path, Machine.Here), other = new("other", directory.Path, Machine.Here);
        b.Configuration["listen"]!.AsArray().Add((JsonNode)address);
        b.Configuration["links"]!["other"] = new JsonObject { ["fingerprint"] = other.Fingerprint };
        a.Configuration["links"]!["b"] = new JsonObject { ["fingerprint"] = b.Fingerprint, ["connect"] = new JsonArray((JsonNode)address), ["transport"] = "tcp" };
        a.Configuration["devices"]!["rpmsg0"] = new JsonObject { ["side"] = "virtio" };
        b.Configuration["devices"]!["rpmsg0"] = new JsonObject { ["side"] = "vhost" };
        await Task.WhenAll(a.StartAsync(), b.StartAsync());

        await b.UntilLoggedAsync($"UnknownPeer. The peer's key is {a.Fingerprint}; {other.Fingerprint} is expected.");
        string advice = $"The peer may not trust this gateway's key, {a.Fingerprint}.";
        await a.UntilAsync(
            status => status.GetProperty("links")[0].TryGetProperty("lastError", out JsonElement error) && error.GetString()!.Contains(advice, StringComparison.Ordinal), advice);
    }

    /// <summary>Over the same connection as before.</summary>
    private static async Task AssertStillTalkingAsync(GatewayPair pair, Application offering, Application opening)
    {
        await opening.SendAsync("still here"u8.ToArray());
        Assert.Equal("still here"u8.ToArray(), await offering.ReceiveAsync());
        Assert.Equal(1, (await pair.B.LinkAsync()).GetProperty("connections").GetInt64());
    }

    /// <summary>Every stranger has been dealt with when the number of descriptors stays for a while.</summary>
    private static Task UntilQuietAsync(TestGateway gateway)
    {
        int last = -1, same = 0;
        return Bounds.UntilAsync(
            () =>
            {
                int now = ProcessTable.Descriptors(gateway.ProcessId);
                same = now == last ? same + 1 : 0;
                last = now;
                return same >= 25;
            },
            "a steady number of descriptors");
    }
}
