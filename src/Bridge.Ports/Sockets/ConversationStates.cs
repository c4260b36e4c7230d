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
///   With an application above, without one below; Left goes down instead of to Closed, Attached goes up, Expired ends:
///
///   Waiting        Open, HalfClosed, Finishing            Ending
///      | ^                  | ^                             | ^
///      v |      Bound       v |           PeerGone          v |
///   Vacant --------------&gt; Absent ------------------&gt; Orphaned --- HandedOver (nothing waits) --&gt; Closed
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
        (Waiting, Left) => Vacant,
        (Open, InputEnded) => HalfClosed,
        (Open, SendFailed) => Finishing,
        (Open or HalfClosed, PeerGone) => Ending,
        (Open or HalfClosed or Finishing, Left) => Absent,
        (HalfClosed or Finishing, Attached) => Open,
        (HalfClosed, HungUp or SendFailed) => Closed,
        (Finishing, InputEnded or PeerGone) => Closed,
        (Ending, HandedOver or HungUp or SendFailed) => Closed,
        (Ending, Left) => Orphaned,
        (Vacant, Bound) => Absent,
        (Vacant, Attached) => Waiting,
        (Absent, Attached) => Open,
        (Absent, PeerGone) => Orphaned,
        (Orphaned, Attached) => Ending,
        (Orphaned, HandedOver) => Closed,
        (Vacant or Absent or Orphaned, Expired) => Closed,
        _ => state,
    };
}
