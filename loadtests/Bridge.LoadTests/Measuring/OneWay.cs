using Bridge.LoadTests.Messages;

namespace Bridge.LoadTests.Measuring;

/// <summary>As many messages as fit, one way, on one or several paths at once. The clock stops when the other end has counted the last one.</summary>
internal static class OneWay
{
    /// <summary>Messages per second, of all paths together.</summary>
    /// <exception cref="InvalidRunException">The other end counted another number than was sent.</exception>
    public static async Task<double> MeasureAsync(IReadOnlyList<MessagePath> paths, int length, TimeSpan duration)
    {
        long begin = TimeProvider.System.GetTimestamp();
        long[] counts = await Task.WhenAll(paths.Select(path => OnThread.RunAsync(() => Send(path, length, begin, duration))));
        return counts.Sum() / TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
    }

    private static long Send(MessagePath path, int length, long begin, TimeSpan duration)
    {
        // Looking at the clock costs as much as a tenth of a message.
        const int Batch = 64;
        byte[] message = new byte[Math.Max(length, TestMessage.MinimumLength)];
        TestMessage.Write(message, TestMessage.Counted, 0);
        long sent = 0;
        while (TimeProvider.System.GetElapsedTime(begin) < duration)
        {
            for (int i = 0; i < Batch; i++)
                path.Send(message.AsSpan(0, length));
            sent += Batch;
        }

        TestMessage.Write(message, TestMessage.Question, sent);
        path.Send(message);
        path.Flush();
        path.Receive(message);
        long counted = TestMessage.Number(message);
        return counted == sent ? sent : throw new InvalidRunException($"{sent} messages were sent and {counted} were received");
    }
}
