using Bridge.Link.Transports;

namespace Bridge.Link.Tests;

public sealed class TcpPeerLinkTests() : PeerLinkScenarios(TransportMode.Tcp)
{
    [Fact]
    public Task Start_PeerListens_BringsLaneUpAndCarriesFramesBothWays() => BringsLaneUpAndCarriesFramesBothWays();

    [Fact]
    public Task Produce_FasterThanTheStream_CarriesFullFramesUnchanged() => CarriesFullFramesUnchangedUnderBackPressure();

    [Fact]
    public Task Connection_Ends_IsReplacedByTheNextNumber() => ReconnectsAfterEachEnd();

    [Fact]
    public Task Dial_WithUnknownKey_IsRefusedAndTheListenerGoesOn() => RefusesStrangerWithoutEndingTheListener();

    [Fact]
    public Task Dial_ListenerHasAnotherKey_NeverComesUp() => RefusesToTalkToTheWrongListener();

    [Fact]
    public Task Dial_FromBothSidesHundredTimes_EndsInOneConnectionEachTime() => ConvergesWhenBothDial();

    [Fact]
    public Task Stop_WhileConnected_TellsThePeerAndJoinsEverything() => StopTellsThePeerAndJoinsEverything();
}
