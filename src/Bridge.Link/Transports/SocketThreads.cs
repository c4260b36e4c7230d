using System.Runtime.CompilerServices;

namespace Bridge.Link.Transports;

/// <summary>Where this process goes on when a socket has something: on the thread that saw it, as far as that is worth it.</summary>
public static class SocketThreads
{
    // .NET reads it once, when the first socket waits.
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// To be called before anything uses a socket. A value that the environment has already is left alone: <c>0</c> hands everything to the thread pool.
    /// </summary>
    public static void KeepCompletions()
    {
        if (Environment.GetEnvironmentVariable(InlineCompletions) is null)
            Environment.SetEnvironmentVariable(InlineCompletions, "1");
    }

    /// <summary>Goes on in the thread pool, at once if it is there already.</summary>
    internal static LeavingAwaiter Leave() => default;

    /// <summary>Awaits itself.</summary>
    internal readonly struct LeavingAwaiter : ICriticalNotifyCompletion
    {
        public bool IsCompleted => Thread.CurrentThread.IsThreadPoolThread;

        public LeavingAwaiter GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => ThreadPool.QueueUserWorkItem(static action => action(), continuation, preferLocal: false);

        public void UnsafeOnCompleted(Action continuation) => ThreadPool.UnsafeQueueUserWorkItem(static action => action(), continuation, preferLocal: false);
    }
}
