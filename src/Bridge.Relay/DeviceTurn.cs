namespace Bridge.Relay;

/// <summary>
/// Lets exactly one thread at a time do a device's work: whoever brings work does it at once, on its own thread, unless somebody is at it
/// already, who then does that too. Nobody ever waits, and an idle device costs no hand-off between threads.
/// </summary>
/// <code>
///          Run                      Run
///   Idle ------&gt; Working           Working ------&gt; WorkingAgain
///     ^-------------'  ^---------------------------------'  (the working thread goes round once more)
/// </code>
public sealed class DeviceTurn : IThreadPoolWorkItem
{
    private const int Idle = 0, Working = 1, WorkingAgain = 2;

    // Rounds that a borrowed thread may spend here: a link's reader has other devices to serve.
    private const int Rounds = 16;

    private readonly Func<bool> _step;
    private int _state;

    /// <summary>Makes the turn. <paramref name="step"/> does all pending work and must not throw; it returns true to be called again at once.</summary>
    public DeviceTurn(Func<bool> step) => _step = step;

    /// <summary>Something happened: does the device's work now, or leaves it to the thread that is at it. Callable from any thread.</summary>
    public void Run()
    {
        // Full fence in both exchanges: what the caller brought is visible to the thread that goes round again.
        while (true)
        {
            int state = Interlocked.CompareExchange(ref _state, Working, Idle);
            if (state == Idle)
            {
                Work();
                return;
            }

            if (state == WorkingAgain || Interlocked.CompareExchange(ref _state, WorkingAgain, Working) == Working)
                return;
        }
    }

    /// <summary>Goes on with work that outlasted the thread that began it.</summary>
    void IThreadPoolWorkItem.Execute() => Work();

    private void Work()
    {
        for (int round = 0; round < Rounds; round++)
        {
            // Taking the request before the step: one that comes during the step is seen by the exchange below.
            Interlocked.Exchange(ref _state, Working);
            if (!_step() && Interlocked.CompareExchange(ref _state, Idle, Working) == Working)
                return;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
