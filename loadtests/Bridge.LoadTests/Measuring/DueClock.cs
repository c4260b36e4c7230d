using Bridge.Linux;

namespace Bridge.LoadTests.Measuring;

/// <summary>Sleeps until something is due, to the timer's 50 us, and so leaves the processor to what is measured. Belongs to one thread.</summary>
internal sealed class DueClock : IDisposable
{
    private readonly Poller _poller = new(batch: 1);
    private readonly PollEvent[] _none = new PollEvent[1];

    /// <summary>Returns when it is due or was before; never early.</summary>
    /// <param name="due">As a timestamp of the system's clock.</param>
    public void WaitUntil(long due)
    {
        while (TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), due) is var early && early > TimeSpan.Zero)
            _poller.Wait(_none, early);
    }

    public void Dispose() => _poller.Dispose();
}
