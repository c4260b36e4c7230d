using static Bridge.Rpmsg.BindingEvent;
using static Bridge.Rpmsg.BindingOutcome;
using static Bridge.Rpmsg.BindingState;

namespace Bridge.Rpmsg;

/// <summary>The states of one destination of one service of the vhost side. Pure; the whole table is under test.</summary>
/// <code>
///             Assign
///   Unbound -----------&gt; Bound
///      ^                   |
///      `------- Free ------'
///
///   Everything else changes nothing: an ASSIGN is busy, a FREE finds nothing bound.
/// </code>
internal static class BindingStates
{
    public static (BindingState State, BindingOutcome Outcome) Next(BindingState state, BindingEvent happened) => (state, happened) switch
    {
        (Unbound, Assign) => (Bound, Assigned),
        (Bound, Free) => (Unbound, Freed),
        (Unbound, Free) => (Unbound, NotBound),
        _ => (state, Busy),
    };
}
