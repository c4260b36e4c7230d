using System.Diagnostics;

namespace Bridge.Linux.Tests;

/// <summary>Waiting for something that must come, within a bound. A signal, such as the runtime's own for a garbage collection, ends a single wait early.</summary>
internal static class PatientWait
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(10);

    public static int WaitPatiently(this Poller poller, PollEvent[] ready)
    {
        long begin = Stopwatch.GetTimestamp();
        int count = 0;
        while (count == 0 && Stopwatch.GetElapsedTime(begin) < s_bound)
            count = poller.Wait(ready, s_bound);
        return count;
    }
}
