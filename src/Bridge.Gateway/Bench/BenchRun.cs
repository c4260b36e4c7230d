using Bridge.Linux;

namespace Bridge.Gateway.Bench;

/// <summary>
/// Plays a scenario on one thread: sends what is due, takes echoes, and sleeps in epoll in between. Every latency counts from when the message should have been sent, so what a
/// stall delays is delayed in the report as well (coordinated omission).
/// </summary>
/// <param name="channels">At least one; stays the caller's.</param>
/// <param name="scenario">What is played.</param>
/// <param name="time">The clock.</param>
internal sealed class BenchRun(IReadOnlyList<BenchChannel> channels, BenchScenario scenario, TimeProvider time)
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(100);

    // Echoes taken from one channel before the others have their turn.
    private const int ReceiveShare = 64;

    private readonly BenchMessage _message = new(scenario.Length);
    private readonly byte[] _buffer = new byte[Applications.ApplicationSocket.MaximumMessage];
    private readonly PollEvent[] _ready = new PollEvent[64];
    private readonly BenchTimeline _timeline = new(time);
    private LoadPhase _phase = scenario.Load[0];
    private long _phaseBegan;
    private uint _sequence, _firstMeasured;
    private long _left = scenario.Count ?? long.MaxValue;
    private int _underWay, _nextChannel;
    private bool _isWarmingUp;

    /// <summary>Everything that was counted.</summary>
    public BenchTotals Totals => _timeline.Totals;

    /// <summary>Second by second.</summary>
    public IReadOnlyList<BenchInterval> Intervals => _timeline.Intervals;

    /// <summary>When each phase began, seconds after the first measured message.</summary>
    public List<double> PhaseStarts { get; } = [];

    /// <summary>Plays all phases. Blocks; give it a thread of its own.</summary>
    /// <param name="progress">Called on this thread for every interval.</param>
    /// <param name="cancellation">Ends it with what there is.</param>
    /// <exception cref="BenchEndException">A channel ended, or echoes cannot be told apart any more.</exception>
    public void Play(Action<BenchInterval>? progress, CancellationToken cancellation)
    {
        _timeline.Progress = progress;
        using Poller poller = new();
        using CancellationTokenRegistration waking = cancellation.Register(poller.Wake);
        for (int i = 0; i < channels.Count; i++)
            poller.Add(channels[i].Descriptor, i, PollEvents.In, once: false);
        if (scenario.WarmUp > TimeSpan.Zero)
        {
            _isWarmingUp = true;
            PlayPhase(scenario.Load[0] with { Duration = scenario.WarmUp }, poller, cancellation);
            Drain(poller, cancellation);
            _isWarmingUp = false;
        }

        _firstMeasured = _sequence;
        _timeline.Begin();
        try
        {
            foreach (LoadPhase phase in scenario.Load)
            {
                PhaseStarts.Add(_timeline.Elapsed.TotalSeconds);
                PlayPhase(phase, poller, cancellation);
            }

            Drain(poller, cancellation);
        }
        finally
        {
            _timeline.End();
        }
    }

    private void PlayPhase(LoadPhase phase, Poller poller, CancellationToken cancellation)
    {
        _phase = phase;
        _phaseBegan = time.GetTimestamp();
        for (int i = 0; i < channels.Count; i++)
            channels[i].NextIndex = i;
        while (!cancellation.IsCancellationRequested && _left > 0 && !(phase.Duration <= time.GetElapsedTime(_phaseBegan)))
        {
            TimeSpan sleep = phase.Kind switch
            {
                LoadKind.Keep => Keep(poller),
                LoadKind.Inject => Inject(poller),
                _ => LongestSleep,
            };
            Turn(poller, sleep);
        }

        if (phase.Total is { } total && !_isWarmingUp && _left > 0 && !cancellation.IsCancellationRequested)
            Totals.Unsent += channels.Sum(channel => channel.NextIndex >= total ? 0 : (total - 1 - channel.NextIndex) / channels.Count + 1);
    }

    /// <summary>Waits for the echoes that are still under way, each as long as it may take.</summary>
    private void Drain(Poller poller, CancellationToken cancellation)
    {
        while (_underWay > 0 && !cancellation.IsCancellationRequested)
            Turn(poller, LongestSleep);
    }

    private TimeSpan Keep(Poller poller)
    {
        int copies = _phase.CopiesAt(time.GetElapsedTime(_phaseBegan));
        for (int tries = 0; _underWay < copies && _left > 0 && tries < channels.Count;)
        {
            BenchChannel channel = channels[_nextChannel];
            _nextChannel = _nextChannel + 1 < channels.Count ? _nextChannel + 1 : 0;
            tries = !channel.IsBlocked && TrySend(channel, time.GetTimestamp(), poller) ? 0 : tries + 1;
        }

        return LongestSleep;
    }

    private TimeSpan Inject(Poller poller)
    {
        TimeSpan elapsed = time.GetElapsedTime(_phaseBegan), next = LongestSleep;
        foreach (BenchChannel channel in channels)
        {
            while (!channel.IsBlocked && _left > 0 && channel.NextIndex < _phase.Total)
            {
                TimeSpan due = _phase.DueOf(channel.NextIndex);
                if (due > elapsed)
                {
                    next = due - elapsed < next ? due - elapsed : next;
                    break;
                }

                if (TrySend(channel, _phaseBegan + (long)(due.TotalSeconds * time.TimestampFrequency), poller))
                    channel.NextIndex += channels.Count;
            }
        }

        return next;
    }

    private bool TrySend(BenchChannel channel, long due, Poller poller)
    {
        if (!channel.TrySend(_message.Write(_sequence), _sequence, due))
        {
            poller.Modify(channel.Descriptor, IndexOf(channel), PollEvents.In | PollEvents.Out, once: false);
            return false;
        }

        _sequence++;
        _underWay++;
        if (!_isWarmingUp)
        {
            Totals.Sent++;
            _left -= scenario.Count is null ? 0 : 1;
        }

        return true;
    }

    private int IndexOf(BenchChannel channel)
    {
        int index = 0;
        while (!ReferenceEquals(channels[index], channel))
            index++;
        return index;
    }

    private void Turn(Poller poller, TimeSpan sleep)
    {
        int count = poller.Wait(_ready, sleep);
        for (int i = 0; i < count; i++)
        {
            BenchChannel channel = channels[(int)_ready[i].Key];
            if ((_ready[i].Events & PollEvents.Out) != 0)
            {
                channel.IsBlocked = false;
                poller.Modify(channel.Descriptor, _ready[i].Key, PollEvents.In, once: false);
            }

            if ((_ready[i].Events & ~PollEvents.Out) != 0)
                Receive(channel);
        }

        if (_timeline.IsDue())
            GiveUpOld();
    }

    private void Receive(BenchChannel channel)
    {
        for (int i = 0; i < ReceiveShare && channel.TryReceive(_buffer, out int length); i++)
            OnEcho(channel, _buffer.AsSpan(0, Math.Min(length, _buffer.Length)));
    }

    private void OnEcho(BenchChannel channel, ReadOnlySpan<byte> echo)
    {
        if (channel.UnderWay == 0 || (_message.IsNumbered && echo.Length < BenchMessage.NumberedLength))
        {
            CountForeign(echo);
            return;
        }

        uint sequence = _message.IsNumbered ? BenchMessage.ReadNumber(echo) : channel.Oldest.Sequence;
        if ((int)(sequence - channel.Oldest.Sequence) < 0 || (int)(sequence - _sequence) >= 0)
        {
            CountForeign(echo);
            return;
        }

        // rpmsg keeps the order: what was sent before it comes no more.
        while (channel.UnderWay > 0 && channel.Oldest.Sequence != sequence && (int)(sequence - channel.Oldest.Sequence) > 0)
            GiveUpOldest(channel);
        if (channel.UnderWay == 0 || channel.Oldest.Sequence != sequence)
        {
            CountForeign(echo);
            return;
        }

        long due = channel.Oldest.Due;
        channel.Forget();
        _underWay--;
        if (!IsMeasured(sequence))
            return;
        if (scenario.Verify && !_message.IsIntact(echo, sequence))
            Totals.Corrupted++;
        else
            _timeline.Add(time.GetElapsedTime(due));
    }

    private void CountForeign(ReadOnlySpan<byte> echo)
    {
        // A number that was sent: its time was up before it came.
        bool isLate = _message.IsNumbered && echo.Length == scenario.Length && (int)(BenchMessage.ReadNumber(echo) - _sequence) < 0;
        if (_isWarmingUp || (isLate && !IsMeasured(BenchMessage.ReadNumber(echo))))
            return;
        Totals.Late += isLate ? 1 : 0;
        Totals.Foreign += isLate ? 0 : 1;
    }

    private void GiveUpOld()
    {
        foreach (BenchChannel channel in channels)
        {
            while (channel.UnderWay > 0 && time.GetElapsedTime(channel.Oldest.Due) > scenario.Timeout)
            {
                if (!_message.IsNumbered)
                    throw new BenchEndException($"{channel.Name}: no echo within {scenario.Timeout.TotalMilliseconds} ms, and messages of less than {BenchMessage.NumberedLength} bytes cannot be told apart afterwards; use longer ones (-m) or --timeout");
                GiveUpOldest(channel);
            }
        }
    }

    private void GiveUpOldest(BenchChannel channel)
    {
        bool isMeasured = IsMeasured(channel.Oldest.Sequence);
        channel.Forget();
        _underWay--;
        if (isMeasured)
            _timeline.Lose();
    }

    private bool IsMeasured(uint sequence) => !_isWarmingUp && (int)(sequence - _firstMeasured) >= 0;
}
