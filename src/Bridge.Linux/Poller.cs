using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// epoll(7) for one waiting thread, with a wake-up. Descriptors are watched level-triggered, each under a key of the caller's. With
/// <c>once</c> (EPOLLONESHOT) a descriptor is reported a single time and then sleeps until <see cref="Modify"/>: what cannot be
/// served now does not make the waiting thread spin.
/// </summary>
/// <remarks>
/// <see cref="Wait"/> belongs to one thread; everything else may be called from any thread, also while it waits. A closed descriptor
/// may still be reported by a <see cref="Wait"/> that has already looked: give every registration a key of its own and ignore old ones.
/// </remarks>
public sealed unsafe class Poller : IDisposable
{
    /// <summary>The key of the wake-up; no registration may use it.</summary>
    private const long WakeKey = long.MinValue;

    private static volatile bool s_knowsMillisecondsOnly;

    private readonly FileDescriptor _epoll;
    private readonly EventFd _wake = new();
    private readonly byte[] _events;
    private readonly int _batch;

    /// <summary>Creates a poller that reports at most <paramref name="batch"/> descriptors at once.</summary>
    /// <exception cref="LinuxException">No descriptor is free.</exception>
    public Poller(int batch = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        _batch = batch;
        // Pinned: the kernel writes into it while the thread waits.
        _events = GC.AllocateArray<byte>(batch * EpollEvent.Size, pinned: true);
        _epoll = new FileDescriptor(Libc.epoll_create1(Libc.EPOLL_CLOEXEC));
        if (_epoll.IsInvalid)
        {
            LinuxException failure = LinuxException.FromLast("epoll_create1");
            _wake.Dispose();
            throw failure;
        }

        Control(Libc.EPOLL_CTL_ADD, _wake.Descriptor, WakeKey, Libc.EPOLLIN);
    }

    /// <summary>How many events <see cref="Wait"/> can report at once.</summary>
    public int Batch => _batch;

    /// <summary>Begins to watch a descriptor.</summary>
    /// <param name="descriptor">Must not be watched already.</param>
    /// <param name="key">Reported with its events; any number except the smallest.</param>
    /// <param name="interest">What to report; errors and hang-ups always are.</param>
    /// <param name="once">Report once, then wait for <see cref="Modify"/>.</param>
    /// <exception cref="LinuxException">The descriptor is watched already, cannot be watched, or the kernel's limit is reached.</exception>
    public void Add(FileDescriptor descriptor, long key, PollEvents interest, bool once)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(key, WakeKey);
        Control(Libc.EPOLL_CTL_ADD, descriptor, key, (uint)interest | (once ? Libc.EPOLLONESHOT : 0));
    }

    /// <summary>Changes what a descriptor is watched for, and arms it again if it was to be reported once.</summary>
    /// <exception cref="LinuxException">The descriptor is not watched.</exception>
    public void Modify(FileDescriptor descriptor, long key, PollEvents interest, bool once)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(key, WakeKey);
        Control(Libc.EPOLL_CTL_MOD, descriptor, key, (uint)interest | (once ? Libc.EPOLLONESHOT : 0));
    }

    /// <summary>Stops watching a descriptor. To be called before it is closed: a child process may hold a copy for a moment.</summary>
    /// <exception cref="LinuxException">The descriptor is not watched.</exception>
    public void Remove(FileDescriptor descriptor) => Control(Libc.EPOLL_CTL_DEL, descriptor, 0, 0);

    /// <summary>Makes the current or the next <see cref="Wait"/> return.</summary>
    public void Wake() => _wake.Signal();

    /// <summary>Waits until something is ready, <see cref="Wake"/> is called or the time is over. Allocates nothing.</summary>
    /// <param name="ready">Receives the ready descriptors; at least <see cref="Batch"/> long.</param>
    /// <param name="limit">
    /// Zero or less: only look. <see cref="Timeout.InfiniteTimeSpan"/>: no limit. To the microsecond, and the kernel's timer slack (50 us) later; where the kernel has no
    /// epoll_pwait2(2) (before 5.11, or a container that forbids it) to the next whole millisecond.
    /// </param>
    /// <returns>How many were written; 0 after a wake-up, a signal or the end of the time.</returns>
    public int Wait(Span<PollEvent> ready, TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ready.Length, _batch);
        int seen;
        // SAFETY: the array is pinned, holds _batch events of the architecture's size, and only this thread waits.
        fixed (byte* events = _events)
        {
            seen = WaitForEvents(events, limit);
        }

        if (seen < 0)
        {
            return LinuxException.Last == Errno.EINTR ? 0 : throw LinuxException.FromLast("epoll_wait");
        }

        int count = 0;
        for (int i = 0; i < seen; i++)
        {
            EpollEvent.Read(_events.AsSpan(i * EpollEvent.Size), out uint events, out long key);
            if (key == WakeKey)
            {
                _wake.Take();
                continue;
            }

            ready[count++] = new PollEvent(key, (PollEvents)events);
        }

        return count;
    }

    /// <summary>Closes it. The waiting thread must have left <see cref="Wait"/> for good.</summary>
    public void Dispose()
    {
        _epoll.Dispose();
        _wake.Dispose();
    }

    private int WaitForEvents(byte* events, TimeSpan limit)
    {
        if (limit > TimeSpan.Zero && limit.Ticks % TimeSpan.TicksPerMillisecond != 0 && !s_knowsMillisecondsOnly)
        {
            Libc.KernelTimeSpan time = new() { tv_sec = limit.Ticks / TimeSpan.TicksPerSecond, tv_nsec = limit.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick };
            // SAFETY: as in Wait; the kernel reads the local.
            int seen = (int)Libc.epoll_pwait2(Libc.SYS_epoll_pwait2, _epoll, events, _batch, &time, null, 0);
            if (seen >= 0 || LinuxException.Last is not (Errno.ENOSYS or Errno.EPERM))
                return seen;
            s_knowsMillisecondsOnly = true;
        }

        double milliseconds = limit == Timeout.InfiniteTimeSpan ? -1 : Math.Clamp(Math.Ceiling(limit.TotalMilliseconds), 0, int.MaxValue);
        return Libc.epoll_wait(_epoll, events, _batch, (int)milliseconds);
    }

    private void Control(int operation, FileDescriptor descriptor, long key, uint events)
    {
        byte* description = stackalloc byte[EpollEvent.MaximumSize];
        EpollEvent.Write(new Span<byte>(description, EpollEvent.MaximumSize), events, key);
        // SAFETY: the kernel reads one epoll_event of this architecture, which fits into the local.
        if (Libc.epoll_ctl(_epoll, operation, descriptor, description) != 0)
        {
            throw LinuxException.FromLast("epoll_ctl", descriptor.ToString());
        }
    }
}
