using System.Text.Json.Serialization;

namespace Bridge.Ports.Sockets.Control;

/// <summary>One conversation's flow at one moment; the meanings are those of <see cref="ConversationStatus"/>.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Connected">An application is attached; false: it waits for one.</param>
/// <param name="Local">Our rpmsg address.</param>
/// <param name="Remote">The peer's; null while there is none.</param>
/// <param name="Sent">Messages of the application that were sent on.</param>
/// <param name="Received">Messages handed over to the application.</param>
/// <param name="Queued">Messages that wait for the application to read.</param>
/// <param name="Outstanding">Messages sent that the peer has not reported as handed over; 0 without the flow service.</param>
/// <param name="Credit">Messages that may be sent before the peer reports; null without the flow service.</param>
/// <param name="HoldsDevice">The whole device's receive queue waits for this application to read.</param>
internal sealed record FlowState(
    [property: JsonConverter(typeof(CamelCaseConverter<ConversationState>))] ConversationState State,
    bool Connected,
    uint Local,
    uint? Remote,
    long Sent,
    long Received,
    int Queued,
    long Outstanding,
    long? Credit,
    bool HoldsDevice);
