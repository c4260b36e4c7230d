namespace Bridge.Link.Connections;

/// <summary>Writes the lanes of one stream in turn, the link's own lane first. Whoever flushes writes, unless somebody is at it, who then does that too.</summary>
/// <remarks>
/// One flag, taken by compare-and-swap, stands for the right to write. Its holder:
/// 1. clears `pending`; 2. writes whatever the lanes have; 3. gives the flag back (a full fence); 4. looks at `pending` again.
/// A flusher sets `pending` before it tries the flag, so either it gets the flag or the holder sees `pending` in step 4.
/// A write that completes at once stays on the flusher's thread; otherwise its continuation goes on as the holder.
/// </remarks>
internal sealed class FramePump
{
    private const int Writing = 0;
    private const int OnlyControl = 1;
    private const int Stopped = 2;

    private readonly Stream _stream;
    private readonly LaneOutput? _control;
    private readonly TrafficCounters _traffic;
    private readonly Action<Exception> _failed;
    private readonly Action _flush;
    private volatile LaneOutput[] _lanes = [];
    private int _mode = Writing; // only ever rises
    private volatile TaskCompletionSource? _idle;
    private int _next;
    private int _pending;
    private int _held;

    /// <param name="stream">Written by this pump alone.</param>
    /// <param name="control">Lane 0's output on the link's stream; null on a stream of one lane.</param>
    /// <param name="traffic">Where bytes are counted.</param>
    /// <param name="failed">Called at most once, on the writing thread, when the stream breaks.</param>
    public FramePump(Stream stream, LaneOutput? control, TrafficCounters traffic, Action<Exception> failed)
    {
        _stream = stream;
        _control = control;
        _traffic = traffic;
        _failed = failed;
        _flush = Flush;
        if (control is not null)
            control.Flushed = _flush;
    }

    /// <summary>Serves one more lane from now on.</summary>
    public void Add(LaneOutput lane)
    {
        lane.Flushed = _flush;
        _lanes = [.. _lanes, lane];
    }

    /// <summary>Writes what is sealed, or leaves it to the thread that is writing. Any thread.</summary>
    public void Flush()
    {
        Volatile.Write(ref _pending, 1);
        // Not awaited: it never throws, and FinishAsync and StopAsync join it through the flag.
        if (Interlocked.CompareExchange(ref _held, 1, 0) == 0)
            _ = WriteAsync();
    }

    /// <summary>Device lanes are not served any more; completes when lane 0 is written out (or the stream broke).</summary>
    public Task FinishAsync()
    {
        Interlocked.CompareExchange(ref _mode, OnlyControl, Writing);
        Flush();
        // `pending` as well: between steps 3 and 4 the flag is free although there is work.
        return WhenIdle(() => Volatile.Read(ref _held) == 0 && Volatile.Read(ref _pending) == 0);
    }

    /// <summary>Nothing more is written; completes when no write is in flight. The stream must have been aborted if one may hang.</summary>
    public Task StopAsync()
    {
        Volatile.Write(ref _mode, Stopped);
        return WhenIdle(() => Volatile.Read(ref _held) == 0);
    }

    private async Task WriteAsync()
    {
        try
        {
            do
            {
                Interlocked.Exchange(ref _pending, 0);
                while (TryTake(out LaneOutput? lane, out ReadOnlyMemory<byte> bytes))
                {
                    ValueTask write = _stream.WriteAsync(bytes);
                    if (!write.IsCompleted)
                        lane!.RaiseWritable();
                    await write;
                    _traffic.AddSent(bytes.Length);
                    lane!.Release();
                }
            }
            while (!TryLeave());
        }
        // Whatever it is, it comes from the stream or from a producer's Writable, and the connection cannot go on.
        catch (Exception e)
        {
            Volatile.Write(ref _mode, Stopped);
            _failed(e);
            _ = TryLeave();
        }
    }

    private bool TryTake(out LaneOutput? lane, out ReadOnlyMemory<byte> bytes)
    {
        lane = _control;
        bytes = default;
        if (Volatile.Read(ref _mode) == Stopped)
            return false;
        if (_control is not null && _control.TryTake(out bytes))
            return true;
        LaneOutput[] served = _lanes;
        if (Volatile.Read(ref _mode) != Writing)
            return false;
        for (int i = 0; i < served.Length; i++)
        {
            _next = _next + 1 < served.Length ? _next + 1 : 0;
            lane = served[_next];
            if (lane.TryTake(out bytes))
                return true;
        }

        return false;
    }

    /// <summary>Gives the flag back; false if there is new work and the flag was got again.</summary>
    private bool TryLeave()
    {
        Interlocked.Exchange(ref _held, 0);
        if (Volatile.Read(ref _mode) != Stopped && Volatile.Read(ref _pending) != 0 && Interlocked.CompareExchange(ref _held, 1, 0) == 0)
            return false;
        _idle?.TrySetResult();
        return true;
    }

    /// <summary>The waiter is put up before the flag is looked at; the holder gives the flag back before it looks for a waiter.</summary>
    private Task WhenIdle(Func<bool> isIdle)
    {
        TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _idle = waiting;
        Interlocked.MemoryBarrier();
        if (isIdle())
            waiting.TrySetResult();
        return waiting.Task;
    }
}
