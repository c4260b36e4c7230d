using static Bridge.Ports.Sockets.ConversationEvent;
using static Bridge.Ports.Sockets.ConversationState;

namespace Bridge.Ports.Sockets;

/// <summary>The states of a conversation. Pure; the whole table is under test.</summary>
/// <code>
///                 Bound            InputEnded               HungUp, SendFailed
///   Waiting ----------------&gt; Open ----------------&gt; HalfClosed -------------&gt; Closed
///      |                      |  \                       | PeerGone              ^
///      |                      |   `--- PeerGone ---------+--------&gt; Ending ------'  HandedOver, HungUp, SendFailed
///      |           SendFailed |
///      |                      `-------------&gt; Finishing --- InputEnded, PeerGone --&gt; Closed
///      `------- HungUp, SendFailed --------------------------------------------------&gt; Closed
///
///   Aborted: to Closed from everywhere. Everything else changes nothing; above all, Open and HungUp: what lies in the socket is received first.
/// </code>
internal static class ConversationStates
{
    public static ConversationState Next(ConversationState state, ConversationEvent happened) => (state, happened) switch
    {
        (_, Aborted) => Closed,
        (Waiting, Bound) => Open,
        (Waiting, HungUp or SendFailed) => Closed,
        (Open, InputEnded) => HalfClosed,
        (Open, SendFailed) => Finishing,
        (Open or HalfClosed, PeerGone) => Ending,
        (HalfClosed, HungUp or SendFailed) => Closed,
        (Finishing, InputEnded or PeerGone) => Closed,
        (Ending, HandedOver or HungUp or SendFailed) => Closed,
        _ => state,
    };
}
