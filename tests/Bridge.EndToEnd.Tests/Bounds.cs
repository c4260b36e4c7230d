namespace Bridge.EndToEnd.Tests;

/// <summary>How long anything in these tests may take before it counts as hung, on a machine that has much else to do.</summary>
internal static class Bounds
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>The same for what an emulated machine does: it shares two processors with everything else.</summary>
    public static readonly TimeSpan Guest = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    public static Task<T> Bounded<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task Bounded(this Task task) => task.WaitAsync(Limit);

    /// <summary>
    /// Looks again and again until the condition holds: other processes tell nothing of themselves, so they are watched.
    /// The failure names what was waited for and, with <paramref name="otherwise"/>, how things are instead.
    /// </summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, Func<string>? otherwise = null, TimeSpan? limit = null)
    {
        long begin = TimeProvider.System.GetTimestamp();
        using PeriodicTimer pace = new(Pace);
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(begin) > (limit ?? Limit))
                Assert.Fail($"{what} did not come about within {(limit ?? Limit).TotalSeconds} s. {otherwise?.Invoke()}");
            await pace.WaitForNextTickAsync();
        }
    }

    public static Task UntilAsync(Func<bool> condition, string what, Func<string>? otherwise = null, TimeSpan? limit = null) =>
        UntilAsync(() => Task.FromResult(condition()), what, otherwise, limit);
}
