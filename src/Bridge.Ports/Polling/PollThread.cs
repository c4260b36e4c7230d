using Bridge.Linux;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Polling;

/// <summary>
/// The port's one thread: waits in epoll, notes which descriptors are ready and wakes the device's turn, which may run on any thread.
/// Every descriptor is reported once and then sleeps until the turn arms it again, so nothing that cannot be served now spins.
/// </summary>
/// <remarks>Start, and everything else not marked otherwise, belongs to the device's turn.</remarks>
internal sealed class PollThread : IDisposable
{
    // A safety net only: rings notify, and descriptors are reported. Long enough to cost nothing through an outage.
    private static readonly TimeSpan s_recheckAfter = TimeSpan.FromMilliseconds(100);

    private readonly Poller _poller = new();
    private readonly Dictionary<long, PollTarget> _targets = [];
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _device;
    private readonly Action _wake;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    // Guards the two lists: the thread adds to _ready, the turn takes it and leaves the other one.
    private readonly Lock _gate = new();
    private List<PollEvent> _ready = new(64);
    private List<PollEvent> _taken = new(64);
    private long _seenAt;

    private long _lastKey;
    private volatile bool _recheck;
    private volatile bool _waitsForever;
    private volatile bool _stopping;

    public PollThread(string device, Action wake, TimeProvider time, ILogger log)
    {
        (_device, _wake, _time, _log) = (device, wake, time, log);
        // It runs the device's turn, which does not recurse: a quarter of a megabyte is plenty.
        _thread = new Thread(Loop, 256 * 1024) { Name = $"rpmsg-{device}", IsBackground = true };
    }

    /// <summary>Targets that are watched now.</summary>
    public int Count => _targets.Count;

    /// <summary>Begins to wait. From any thread, once.</summary>
    public void Start()
    {
        // Begins with a turn: something may have to be tried again, which only the turn knows.
        _poller.Wake();
        _thread.Start();
    }

    /// <summary>Begins to watch a target.</summary>
    /// <exception cref="LinuxException">The kernel's limit is reached.</exception>
    public void Add(PollTarget target, PollEvents? interest)
    {
        target.Key = ++_lastKey;
        // Without interest even a hang-up must not be reported: it is added when it is first armed.
        target.Armed = null;
        _targets.Add(target.Key, target);
        if (interest is { } events)
        {
            Arm(target, events);
        }
    }

    /// <summary>Wants the target's next event of that kind, and errors and hang-ups.</summary>
    public void Arm(PollTarget target, PollEvents interest)
    {
        if (target.Key == 0)
        {
            return;
        }

        if (target.IsWatched)
        {
            _poller.Modify(target.Descriptor, target.Key, interest, once: true);
        }
        else
        {
            _poller.Add(target.Descriptor, target.Key, interest, once: true);
            target.IsWatched = true;
        }

        target.Armed = interest;
    }

    /// <summary>Stops watching; to be called before the descriptor is closed.</summary>
    public void Remove(PollTarget target)
    {
        if (!_targets.Remove(target.Key))
        {
            return;
        }

        if (target.IsWatched)
        {
            _poller.Remove(target.Descriptor);
        }

        (target.Key, target.Armed, target.IsWatched) = (0, null, false);
    }

    /// <summary>When the thread saw the first of the events that are being dispatched, as a timestamp.</summary>
    public long SeenAt { get; private set; }

    /// <summary>Tells the targets what was seen since the last call.</summary>
    public void DispatchReady()
    {
        lock (_gate)
        {
            (_ready, _taken, SeenAt) = (_taken, _ready, _seenAt);
        }

        foreach (PollEvent seen in _taken)
        {
            // A target that has gone meanwhile is not found any more.
            if (_targets.TryGetValue(seen.Key, out PollTarget? target))
            {
                target.Armed = null;
                target.OnReady(seen.Events);
            }
        }

        _taken.Clear();
    }

    /// <summary>Whether the turn is to be woken now and then even if nothing becomes ready.</summary>
    public void SetRecheck(bool wanted)
    {
        if (wanted == _recheck)
        {
            return;
        }

        _recheck = wanted;
        // Pairs with the fence in NextTimeout: either the thread sees the wish, or it is seen to wait without a limit.
        Interlocked.MemoryBarrier();
        if (wanted && _waitsForever)
        {
            _poller.Wake();
        }
    }

    /// <summary>Ends the thread; the task completes when it has ended. From any thread but its own.</summary>
    public Task StopAsync()
    {
        _stopping = true;
        if ((_thread.ThreadState & ThreadState.Unstarted) != 0)
        {
            _ended.TrySetResult();
        }
        else
        {
            _poller.Wake();
        }

        return _ended.Task;
    }

    /// <summary>After the thread has ended.</summary>
    public void Dispose() => _poller.Dispose();

    private TimeSpan NextTimeout()
    {
        if (_recheck)
        {
            return s_recheckAfter;
        }

        _waitsForever = true;
        Interlocked.MemoryBarrier();
        return _recheck ? s_recheckAfter : Timeout.InfiniteTimeSpan;
    }

    private void Loop()
    {
        PollEvent[] seen = new PollEvent[_poller.Batch];
        while (!_stopping)
        {
            try
            {
                int count = _poller.Wait(seen, NextTimeout());
                _waitsForever = false;
                lock (_gate)
                {
                    // Once per wake-up, not per message.
                    _seenAt = _ready.Count == 0 ? _time.GetTimestamp() : _seenAt;
                    _ready.AddRange(seen.AsSpan(0, count));
                }

                _wake();
            }
#pragma warning disable CA1031 // The last frame of the thread: a defect is logged and must not end the gateway. Nothing spins: an event that was seen is not seen again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                PollLog.ThreadFailed(_log, failure, _device);
            }
        }

        _ended.TrySetResult();
    }
}
