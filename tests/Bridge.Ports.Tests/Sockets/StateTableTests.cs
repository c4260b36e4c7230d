using Bridge.Ports.Sockets;
using static Bridge.Ports.Sockets.ConversationEvent;
using static Bridge.Ports.Sockets.ConversationState;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>Both state machines, whole: every pair of state and event, what is not listed changes nothing.</summary>
public sealed class StateTableTests
{
    [Fact]
    public void Conversation_EveryStateAndEvent_GoesWhereTheTableSays()
    {
        Dictionary<(ConversationState, ConversationEvent), ConversationState> table = new()
        {
            [(Waiting, Bound)] = Open,
            [(Waiting, HungUp)] = Closed,
            [(Waiting, SendFailed)] = Closed,
            [(Waiting, Left)] = Vacant,
            [(Waiting, Aborted)] = Closed,
            [(Open, InputEnded)] = HalfClosed,
            [(Open, SendFailed)] = Finishing,
            [(Open, PeerGone)] = Ending,
            [(Open, Left)] = Absent,
            [(Open, Aborted)] = Closed,
            [(HalfClosed, HungUp)] = Closed,
            [(HalfClosed, SendFailed)] = Closed,
            [(HalfClosed, PeerGone)] = Ending,
            [(HalfClosed, Left)] = Absent,
            [(HalfClosed, Attached)] = Open,
            [(HalfClosed, Aborted)] = Closed,
            [(Finishing, InputEnded)] = Closed,
            [(Finishing, PeerGone)] = Closed,
            [(Finishing, Left)] = Absent,
            [(Finishing, Attached)] = Open,
            [(Finishing, Aborted)] = Closed,
            [(Ending, HandedOver)] = Closed,
            [(Ending, HungUp)] = Closed,
            [(Ending, SendFailed)] = Closed,
            [(Ending, Left)] = Orphaned,
            [(Ending, Aborted)] = Closed,
            [(Vacant, Bound)] = Absent,
            [(Vacant, Attached)] = Waiting,
            [(Vacant, Expired)] = Closed,
            [(Vacant, Aborted)] = Closed,
            [(Absent, Attached)] = Open,
            [(Absent, PeerGone)] = Orphaned,
            [(Absent, Expired)] = Closed,
            [(Absent, Aborted)] = Closed,
            [(Orphaned, Attached)] = Ending,
            [(Orphaned, HandedOver)] = Closed,
            [(Orphaned, Expired)] = Closed,
            [(Orphaned, Aborted)] = Closed,
        };

        Check(table, ConversationStates.Next);
    }

    [Fact]
    public void Driver_EveryStateAndEvent_GoesWhereTheTableSays()
    {
        Dictionary<(DriverState, DriverEvent), DriverState> table = new()
        {
            [(DriverState.Absent, DriverEvent.Offered)] = DriverState.Resetting,
            [(DriverState.Resetting, DriverEvent.ResetDone)] = DriverState.Acknowledging,
            [(DriverState.Acknowledging, DriverEvent.Done)] = DriverState.Driving,
            [(DriverState.Acknowledging, DriverEvent.NeedsReset)] = DriverState.Resetting,
            [(DriverState.Driving, DriverEvent.Done)] = DriverState.Accepting,
            [(DriverState.Driving, DriverEvent.NeedsReset)] = DriverState.Resetting,
            [(DriverState.Accepting, DriverEvent.Done)] = DriverState.Confirming,
            [(DriverState.Accepting, DriverEvent.Refused)] = DriverState.Failed,
            [(DriverState.Accepting, DriverEvent.NeedsReset)] = DriverState.Resetting,
            [(DriverState.Confirming, DriverEvent.Done)] = DriverState.SettingUp,
            [(DriverState.Confirming, DriverEvent.Refused)] = DriverState.Failed,
            [(DriverState.Confirming, DriverEvent.NeedsReset)] = DriverState.Resetting,
            [(DriverState.SettingUp, DriverEvent.Done)] = DriverState.Running,
            [(DriverState.SettingUp, DriverEvent.Refused)] = DriverState.Failed,
            [(DriverState.SettingUp, DriverEvent.NeedsReset)] = DriverState.Resetting,
            [(DriverState.Running, DriverEvent.NeedsReset)] = DriverState.Resetting,
            [(DriverState.Failed, DriverEvent.Offered)] = DriverState.Resetting,
        };

        Check(table, DriverInitialization.Next);
    }

    private static void Check<TState, TEvent>(Dictionary<(TState, TEvent), TState> table, Func<TState, TEvent, TState> next)
        where TState : struct, Enum
        where TEvent : struct, Enum
    {
        foreach (TState state in Enum.GetValues<TState>())
        {
            foreach (TEvent happened in Enum.GetValues<TEvent>())
            {
                TState expected = table.GetValueOrDefault((state, happened), state);
                TState actual = next(state, happened);
                Assert.True(expected.Equals(actual), $"{state} + {happened}: {actual}, not {expected}");
            }
        }
    }
}
