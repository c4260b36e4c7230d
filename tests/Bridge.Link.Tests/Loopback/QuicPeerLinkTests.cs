using Bridge.Link.Transports;

namespace Bridge.Link.Tests;

[Trait("Category", "Quic")]
public sealed class QuicPeerLinkTests() : PeerLinkScenarios(TransportMode.Quic)
{
    [QuicFact]
    public Task Start_PeerListens_BringsLaneUpAndCarriesFramesBothWays() => BringsLaneUpAndCarriesFramesBothWays();

    [QuicFact]
    public Task Produce_FasterThanTheStream_CarriesFullFramesUnchanged() => CarriesFullFramesUnchangedUnderBackPressure();

    [QuicFact]
    public Task Connection_Ends_IsReplacedByTheNextNumber() => ReconnectsAfterEachEnd();

    [QuicFact]
    public Task Dial_WithUnknownKey_IsRefusedAndTheListenerGoesOn() => RefusesStrangerWithoutEndingTheListener();

    [QuicFact]
    public Task Dial_ListenerHasAnotherKey_NeverComesUp() => RefusesToTalkToTheWrongListener();

    [QuicFact]
    public Task Dial_FromBothSidesHundredTimes_EndsInOneConnectionEachTime() => ConvergesWhenBothDial();

    [QuicFact]
    public Task Stop_WhileConnected_TellsThePeerAndJoinsEverything() => StopTellsThePeerAndJoinsEverything();
}
