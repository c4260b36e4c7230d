using Bridge.Link.Transports;

namespace Bridge.Link.Tests;

public sealed class TcpPeerLinkTests() : PeerLinkScenarios(TransportMode.Tcp)
{
    [Fact]
    public Task Start_PeerListens_BringsLaneUpAndCarriesFramesBothWays() => BringsLaneUpAndCarriesFramesBothWays();
}
