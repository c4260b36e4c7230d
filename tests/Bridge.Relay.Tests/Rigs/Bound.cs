namespace Bridge.Relay.Tests.Rigs;

/// <summary>The longest that any test waits for another thread. Never reached where things work.</summary>
internal static class Bound
{
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);

    public static Task Within(this Task task) => task.WaitAsync(Wait);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Wait);
}
