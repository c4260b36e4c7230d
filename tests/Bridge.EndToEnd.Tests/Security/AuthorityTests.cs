using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;

namespace Bridge.EndToEnd.Tests.Security;

/// <summary>Peers that an authority vouches for, by name; and what becomes of a connection when the trust changes under it.</summary>
[Trait("Category", "Security")]
public sealed class AuthorityTests
{
    [Fact]
    public async Task Authority_WithNames_JoinsAndFollowsReloadsOfTheTrust()
    {
        using TemporaryDirectory files = new();
        using TestAuthority ours = new("ours"), theirs = new("theirs");
        string roots = files.Write("roots.pem", ours.Pem);
        await using GatewayPair pair = await JoinAsync(roots, ours.Issue("b.example"), ours.Issue("a.example"));
        using Traffic traffic = await Traffic.StartAsync(pair, [("rpmsg0", false)], ["echo"], seed: 21);
        await traffic.UntilReceivedAsync(50, pair);

        // One authority more in the same file: whoever is connected is trusted still, and stays.
        File.WriteAllText(roots, ours.Pem + "\n" + theirs.Pem);
        string changed = await pair.B.ReloadAsync();
        Assert.Contains("holds other authorities", changed, StringComparison.Ordinal);
        Assert.Equal(1, await pair.B.ConnectionsAsync());

        // A renewed certificate of A's, of the other authority: shown from the next connection on.
        File.WriteAllText(pair.A.Configuration["identity"]!.GetValue<string>(), theirs.Issue("a.example"));
        await pair.A.ReloadAsync();
        Assert.Equal(1, await pair.A.ConnectionsAsync());

        // The first authority is trusted no more for A: its connection ends at once, the next one is of the other authority.
        string other = files.Write("theirs.pem", theirs.Pem);
        pair.B.Configuration["links"]!["a"]!["certificateAuthority"] = other;
        await pair.B.ReloadAsync();
        await pair.A.UntilConnectedAsync(2);
        await traffic.UntilReceivedAsync(50, pair);
        await traffic.StopAsync(pair);
        Assert.True((await pair.B.LinkAsync()).GetProperty("ended").TryGetProperty("UnknownPeer", out _), pair.Describe());

        // Another name is not enough, whoever vouches for it.
        pair.B.Configuration["links"]!["a"]!["peerName"] = "c.example";
        await pair.B.ReloadAsync();
        await pair.B.UntilLoggedAsync("The peer's certificate is for a.example; c.example is expected.");
        await pair.B.UntilAsync(status => status.GetProperty("links")[0].GetProperty("state").GetString() == "down", "refused");
    }

    [QuicFact]
    [Trait("Category", "Quic")]
    public async Task Authority_OverQuic_JoinsAndTheConnectionEndsWithTheTrust()
    {
        using TemporaryDirectory files = new();
        using TestAuthority ours = new("ours"), theirs = new("theirs");
        string roots = files.Write("roots.pem", ours.Pem);
        await using GatewayPair pair = await JoinAsync(roots, ours.Issue("b.example"), ours.Issue("a.example"), "quic");

        File.WriteAllText(roots, theirs.Pem);
        await pair.B.ReloadAsync();

        await pair.B.UntilAsync(status => status.GetProperty("links")[0].GetProperty("state").GetString() == "down", "refused");
        Assert.True((await pair.B.LinkAsync()).GetProperty("ended").TryGetProperty("UnknownPeer", out _), pair.Describe());
    }

    private static Task<GatewayPair> JoinAsync(string roots, string pemB, string pemA, string transport = "tcp") => GatewayPair.JoinAsync(BridgePlan.OnLoopback(transport) with
    {
        CertificateB = pemB,
        Prepare = (a, b) =>
        {
            File.WriteAllText(a["identity"]!.GetValue<string>(), pemA);
            a["links"]!["b"] = Trusting(a["links"]!["b"]!, roots, "b.example");
            b["links"]!["a"] = Trusting(b["links"]!["a"]!, roots, "a.example");
        },
    });

    private static JsonObject Trusting(JsonNode link, string roots, string name)
    {
        JsonObject other = link.DeepClone().AsObject();
        other.Remove("fingerprint");
        (other["certificateAuthority"], other["peerName"]) = (roots, name);
        return other;
    }
}
