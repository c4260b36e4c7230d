namespace Bridge.LoadTests.Measuring;

/// <summary>Blocking work on a thread of its own: an application has its own threads, and the pool is not asked for them.</summary>
internal static class OnThread
{
    public static Task<T> RunAsync<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
