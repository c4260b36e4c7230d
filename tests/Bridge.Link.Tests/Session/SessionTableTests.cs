using static Bridge.Link.SessionEvent;
using static Bridge.Link.SessionState;

namespace Bridge.Link.Tests;

public sealed class SessionTableTests
{
    // One row per state, one column per event in the enum's order:
    // HelloAccepted, FrameReceived, Violation, CloseReceived, CloseRequested, DeadlinePassed, TransportEnded
    private static readonly Dictionary<SessionState, SessionState[]> Expected = new()
    {
        [Greeting] = [Established, Closing, Closing, Closed, Closing, Closing, Closed],
        [Established] = [Closing, Established, Closing, Closed, Closing, Closing, Closed],
        [Closing] = [Closing, Closing, Closing, Closed, Closing, Closed, Closed],
        [Closed] = [Closed, Closed, Closed, Closed, Closed, Closed, Closed],
    };

    [Fact]
    public void Next_EveryStateAndEvent_AsTheTableSays()
    {
        SessionEvent[] events = Enum.GetValues<SessionEvent>();
        Assert.Equal([HelloAccepted, FrameReceived, Violation, CloseReceived, CloseRequested, DeadlinePassed, TransportEnded], events);
        Assert.Equal(Enum.GetValues<SessionState>(), Expected.Keys);
        foreach ((SessionState state, SessionState[] row) in Expected)
        {
            for (int i = 0; i < events.Length; i++)
                Assert.True(SessionTable.Next(state, events[i]) == row[i], $"{state} + {events[i]} is {SessionTable.Next(state, events[i])}, not {row[i]}");
        }
    }
}
