using Bridge.Link.Transports;

namespace Bridge.Link.Tests;

[Trait("Category", "Quic")]
public sealed class QuicPeerLinkTests() : PeerLinkScenarios(TransportMode.Quic)
{
    [QuicFact]
    public Task Start_PeerListens_BringsLaneUpAndCarriesFramesBothWays() => BringsLaneUpAndCarriesFramesBothWays();
}
