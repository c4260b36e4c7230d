using Bridge.Gateway.Bench;
using Bridge.LoadTests.Messages;

namespace Bridge.LoadTests.Measuring;

/// <summary>One message there and back at a time, on an idle path.</summary>
internal static class RoundTrips
{
    public static Task<LatencyHistogram> MeasureAsync(MessagePath path, int length, int count) => OnThread.RunAsync(() =>
    {
        LatencyHistogram times = new();
        byte[] message = new byte[length];
        TestMessage.Write(message, TestMessage.Echoed, 0);
        for (int i = 0; i < count; i++)
        {
            long begin = TimeProvider.System.GetTimestamp();
            path.Send(message);
            path.Flush();
            if (path.Receive(message) != length)
                throw new InvalidRunException("an echo is not as long as what was sent");
            times.Add(TimeProvider.System.GetElapsedTime(begin));
        }

        return times;
    });

    /// <summary>Echoes per second when so many are always under way: the highest rate of round trips.</summary>
    public static Task<double> MeasureRateAsync(MessagePath path, int length, int window, TimeSpan duration) => OnThread.RunAsync(() =>
    {
        byte[] message = new byte[length];
        TestMessage.Write(message, TestMessage.Echoed, 0);
        for (int i = 0; i < window; i++)
            path.Send(message);
        path.Flush();
        long begin = TimeProvider.System.GetTimestamp(), echoed = 0;
        TimeSpan elapsed;
        while ((elapsed = TimeProvider.System.GetElapsedTime(begin)) < duration)
        {
            path.Receive(message);
            echoed++;
            path.Send(message);
            if (!path.HasMore)
                path.Flush();
        }

        for (int i = 0; i < window; i++)
            path.Receive(message);
        return echoed / elapsed.TotalSeconds;
    });
}
