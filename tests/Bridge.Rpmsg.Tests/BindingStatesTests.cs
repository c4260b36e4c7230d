namespace Bridge.Rpmsg.Tests;

public class BindingStatesTests
{
    private static readonly Dictionary<(BindingState, BindingEvent), (BindingState, BindingOutcome)> Table = new()
    {
        [(BindingState.Unbound, BindingEvent.Assign)] = (BindingState.Bound, BindingOutcome.Assigned),
        [(BindingState.Unbound, BindingEvent.AssignUnwanted)] = (BindingState.Unbound, BindingOutcome.Busy),
        [(BindingState.Unbound, BindingEvent.Free)] = (BindingState.Unbound, BindingOutcome.NotBound),
        [(BindingState.Bound, BindingEvent.Assign)] = (BindingState.Bound, BindingOutcome.Busy),
        [(BindingState.Bound, BindingEvent.AssignUnwanted)] = (BindingState.Bound, BindingOutcome.Busy),
        [(BindingState.Bound, BindingEvent.Free)] = (BindingState.Unbound, BindingOutcome.Freed),
    };

    [Fact]
    public void Next_EveryStateAndEvent_IsAsTheTableSays()
    {
        foreach (BindingState state in Enum.GetValues<BindingState>())
        {
            foreach (BindingEvent happened in Enum.GetValues<BindingEvent>())
            {
                Assert.Equal(Table[(state, happened)], BindingStates.Next(state, happened));
            }
        }

        Assert.Equal(Enum.GetValues<BindingState>().Length * Enum.GetValues<BindingEvent>().Length, Table.Count);
    }
}
