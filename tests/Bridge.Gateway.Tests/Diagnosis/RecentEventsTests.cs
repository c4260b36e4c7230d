using Bridge.Gateway.Diagnosis;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Tests.Diagnosis;

public sealed class RecentEventsTests
{
    [Fact]
    public void Add_MoreThanAreKept_DropsTheOldestAndCountsThem()
    {
        using RecentEvents events = new(TimeProvider.System);
        ILogger logger = events.CreateLogger("test");
        for (int i = 0; i < RecentEvents.Capacity + 3; i++)
            events.Add($"line {i}");
        events.Add(new string('x', 100_000));

        (long dropped, IReadOnlyList<string> lines) = events.Read();

        Assert.Equal((4, RecentEvents.Capacity, "line 4"), (dropped, lines.Count, lines[0]));
        Assert.InRange(lines[^1].Length, 1000, 5000);
        logger.Log(LogLevel.Warning, new EventId(1), "state", new InvalidOperationException("why"), static (state, _) => $"it\nhappened {state}");
        Assert.Contains("warn  it\\nhappened state", events.Read().Lines[^1], StringComparison.Ordinal);
    }
}
