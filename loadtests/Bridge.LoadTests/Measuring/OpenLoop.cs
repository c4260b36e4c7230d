using Bridge.Gateway.Bench;
using Bridge.LoadTests.Messages;

namespace Bridge.LoadTests.Measuring;

/// <summary>
/// Round trips at a fixed rate that nothing slows down: each latency counts from when the message should have been sent. A stall of a millisecond so shows in all messages that
/// were due in it, and not in one (coordinated omission).
/// </summary>
internal static class OpenLoop
{
    /// <summary>Latencies of <paramref name="rate"/> messages a second over <paramref name="duration"/>.</summary>
    public static async Task<LatencyHistogram> MeasureAsync(MessagePath path, int length, double rate, TimeSpan duration)
    {
        long count = Math.Max(1, (long)(rate * duration.TotalSeconds));
        Task<long> sending = OnThread.RunAsync(() => Send(path, length, rate, count));
        LatencyHistogram times = await OnThread.RunAsync(() => Receive(path, length, count));
        await sending;
        return times;
    }

    private static long Send(MessagePath path, int length, double rate, long count)
    {
        byte[] message = new byte[length];
        // It wakes 50 us late and more, which counts as latency.
        using DueClock clock = new();
        long begin = TimeProvider.System.GetTimestamp();
        double ticks = TimeProvider.System.TimestampFrequency / rate;
        for (long i = 0; i < count; i++)
        {
            long due = begin + (long)(i * ticks);
            clock.WaitUntil(due);
            TestMessage.Write(message, TestMessage.Echoed, i, due);
            path.Send(message);
            path.Flush();
        }

        return count;
    }

    private static LatencyHistogram Receive(MessagePath path, int length, long count)
    {
        LatencyHistogram times = new();
        byte[] message = new byte[length];
        for (long i = 0; i < count; i++)
        {
            if (path.Receive(message) == 0)
                throw new InvalidRunException("the path ended");
            times.Add(TimeProvider.System.GetElapsedTime(TestMessage.Time(message)));
        }

        return times;
    }
}
