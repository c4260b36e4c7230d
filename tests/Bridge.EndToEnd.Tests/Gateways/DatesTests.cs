using Bridge.EndToEnd.Tests.Applications;

namespace Bridge.EndToEnd.Tests.Gateways;

/// <summary>Pinned keys ignore dates: boards boot in 1970.</summary>
public sealed class DatesTests
{
    [Fact]
    public Task Certificate_Of1970OverTcp_Joins() => JoinAsync("tcp");

    [QuicFact]
    [Trait("Category", "Quic")]
    public Task Certificate_Of1970OverQuic_Joins() => JoinAsync("quic");

    private static async Task JoinAsync(string transport)
    {
        string expired = Certificates.SelfSignedPem("board", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback(transport) with { CertificateB = expired });
        (Application offering, Application opening) = await pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            await opening.SendAsync("one"u8.ToArray());
            Assert.Equal("one"u8.ToArray(), await offering.ReceiveAsync());
        }
    }
}
