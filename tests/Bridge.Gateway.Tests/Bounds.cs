namespace Bridge.Gateway.Tests;

/// <summary>How long anything in these tests may take before it counts as hung.</summary>
internal static class Bounds
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task<T> Bounded<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task Bounded(this Task task) => task.WaitAsync(Limit);
}
