namespace Bridge.Client.Tests;

/// <summary>How long anything may take before it counts as hung.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(2);

    public static Task<T> Bounded<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task Bounded(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Bounded<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit);

    public static Task Bounded(this ValueTask task) => task.AsTask().WaitAsync(Limit);

    /// <summary>Looks again and again: the other end of a socket tells nothing of itself.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        long begin = TimeProvider.System.GetTimestamp();
        using PeriodicTimer pace = new(Pace);
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begin) < Limit, $"{what} did not come about");
            await pace.WaitForNextTickAsync();
        }
    }
}
