using Bridge.Link.Transports;

namespace Bridge.Link.Connections;

/// <summary>One authenticated connection from its hello to its end: session, readers, pumps and timer around one transport.</summary>
/// <remarks>
/// <see cref="RunAsync"/> is the only place that tears down. Readers, pumps, timer and handlers only say that it is time to (<see cref="RequestClose"/>);
/// the first of them wins. The gate guards the session and is never held while something outside is called, except the slot's Admit.
/// </remarks>
internal sealed class LinkConnection
{
    private readonly TransportConnection _transport;
    private readonly ConnectionSettings _settings;
    private readonly ConnectionSlot _slot;
    private readonly FramePump _pump;
    private readonly Lock _gate = new();
    private readonly LinkSession _session;
    private readonly LaneStreams _streams;
    private readonly long _started;
    private readonly TaskCompletionSource _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private long _helloAt;
    private CloseRequest? _request;

    /// <summary>Prepares a connection; nothing is sent before <see cref="RunAsync"/>.</summary>
    public LinkConnection(TransportConnection transport, bool initiator, ConnectionSettings settings, ConnectionSlot slot)
    {
        _transport = transport;
        _settings = settings;
        _slot = slot;
        _started = settings.Time.GetTimestamp();
        _session = new LinkSession(settings.Session, settings.Devices, initiator, settings.Counter, TimeSpan.Zero) { Admit = _ => slot.Admit(this) };
        _pump = new FramePump(transport.Main, _session.Control, settings.Traffic, OnStreamFailed);
        _streams = new LaneStreams(this, transport, settings, _pump, OnStreamFailed);
        _timer = settings.Time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>True on the side that dialled.</summary>
    public bool Initiator => _session.Initiator;

    /// <summary>What it runs over.</summary>
    public TransportConnection Transport => _transport;

    /// <summary>The connection that this one took the place of; set by the slot when this one is admitted.</summary>
    public LinkConnection? Predecessor { get; set; }

    /// <summary>The own dial that this inbound connection makes needless; set by the slot.</summary>
    public CancellationTokenSource? DisplacedDial { get; set; }

    /// <summary>That dial's connection, if it waits for the hello's answer; set by the slot.</summary>
    public LinkConnection? DisplacedGreeting { get; set; }

    /// <summary>True when the hello was answered and the lanes are up; false when the connection ended before.</summary>
    public Task<bool> Greeted => _greeted.Task;

    /// <summary>Readers joined, lanes down.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Somebody has asked for the end; nothing more is delivered.</summary>
    public bool IsEnding => _ending.Task.IsCompleted;

    /// <summary>The connection's number; 0 before the hellos.</summary>
    public uint Number { get; private set; }

    /// <summary>What is known now, for the status.</summary>
    public SessionView View
    {
        get
        {
            lock (_gate)
                return new SessionView(_session.State, _session.Version, _session.Peer, _session.RoundTrip, _session.Reason, _session.ReasonText, _session.ClosedByPeer, _session.Refusals, _streams.UpNames);
        }
    }

    /// <summary>How long ago the transport was authenticated.</summary>
    public TimeSpan Age => Now;

    /// <summary>Since the peer's hello; null before it.</summary>
    public TimeSpan? UpFor => Volatile.Read(ref _helloAt) is > 0 and var at ? Now - TimeSpan.FromTicks(at) : null;

    private TimeSpan Now => _settings.Time.GetElapsedTime(_started);

    /// <summary>Runs the connection to its end; never throws. <see cref="Ended"/> completes before the transport is disposed.</summary>
    public async Task RunAsync()
    {
        using CancellationTokenSource teardown = new();
        lock (_gate)
            Schedule();
        _pump.Flush();
        _streams.Read(new LinkStreamReader(_transport.Main, this, _settings.Traffic), teardown.Token);
        await _ending.Task;

        bool linger;
        lock (_gate)
        {
            if (_request is { } wanted)
                _session.Close(wanted.Reason, wanted.Text, Now);
            linger = _session.State == SessionState.Closing && DeservesLinger(_session.Reason);
        }

        _pump.Flush();
        if (linger)
            await LingerAsync();
        await _timer.DisposeAsync();
        _transport.Abort();
        await teardown.CancelAsync();
        await _streams.JoinAsync();
        await _pump.StopAsync();
        lock (_gate)
            _session.OnTransportEnded("The connection was ended.");
        _streams.Down();
        // Admitted but never attached: the place was this connection's already.
        await EndPredecessorAsync();
        _slot.Leave(this);
        _greeted.TrySetResult(false);
        _ended.SetResult();
        await DisposeTransportAsync();
    }

    /// <summary>Asks for the end; the first reason wins. Any thread, any context; returns at once.</summary>
    public void RequestClose(CloseReason reason, string text)
    {
        Interlocked.CompareExchange(ref _request, new CloseRequest(reason, text), null);
        _ending.TrySetResult();
    }

    /// <summary>The transport of a connection that never ran.</summary>
    public async Task DiscardAsync()
    {
        await _timer.DisposeAsync();
        _transport.Abort();
        await DisposeTransportAsync();
    }

    /// <summary>Readers: bytes came.</summary>
    public void OnBytes() => _session.OnBytes(Now);

    /// <summary>The link's reader: a frame of lane 0. True when it was the Hello that establishes the connection.</summary>
    public bool OnControlFrame(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        SessionState before;
        SessionState after;
        lock (_gate)
        {
            before = _session.State;
            _session.OnFrame(header, payload, Now);
            after = _session.State;
            if (before == SessionState.Greeting && after == SessionState.Established)
                Volatile.Write(ref _helloAt, Math.Max(1, Now.Ticks));
            Number = _session.Connection;
            Schedule();
        }

        _pump.Flush();
        if (after >= SessionState.Closing)
            _ending.TrySetResult();
        return before == SessionState.Greeting && after == SessionState.Established;
    }

    /// <summary>The link's reader, between the Hello and the next frame: ends the old connection, then brings the lanes up.</summary>
    public async Task<ConnectionLane[]> AttachAsync(FrameParser parser)
    {
        DisplacedGreeting?.RequestClose(CloseReason.SimultaneousOpen, ConnectionSlot.CrossedText);
        DisplacedDial?.Cancel();
        parser.Join(Number, _transport.Multiplexed ? _session.Lanes.Count : 0);
        await EndPredecessorAsync();
        if (IsEnding)
            return [];
        ConnectionLane[] lanes = await _streams.OpenAsync(_session.Lanes, Number);
        _greeted.TrySetResult(true);
        _settings.Established(this);
        return lanes;
    }

    /// <summary>A lane's reader on the side that accepts streams: this stream is that lane.</summary>
    public ConnectionLane Claim(ushort lane, Stream stream) => _streams.Claim(lane, stream);

    /// <summary>Reads until the stream ends and says why it did; never throws.</summary>
    public async Task ReadAsync(FrameReader reader)
    {
        try
        {
            await reader.RunAsync();
            OnTransportEnded("The peer ended the connection without saying why.");
        }
        catch (LinkProtocolException e)
        {
            RequestClose(e.Reason, e.Message);
        }
        catch (Exception e) when (TransportFaults.Is(e))
        {
            OnTransportEnded(e.Message);
        }
        catch (Exception e)
        {
            OnDefect(e);
        }
    }

    /// <summary>A defect of this program: only this connection pays for it.</summary>
    public void OnDefect(Exception e)
    {
        LinkLog.Defect(_settings.Log, _settings.Link, e);
        RequestClose(CloseReason.InternalError, $"Internal error: {e.Message}");
    }

    private static bool DeservesLinger(CloseReason reason) =>
        // The others mean that the peer does not answer, or has a better connection already.
        reason is not (CloseReason.KeepAliveTimeout or CloseReason.HelloTimeout or CloseReason.Replaced or CloseReason.TransportFailed);

    private void OnStreamFailed(Exception e)
    {
        if (TransportFaults.Is(e))
            OnTransportEnded(e.Message);
        else
            OnDefect(e);
    }

    private void OnTransportEnded(string text)
    {
        lock (_gate)
        {
            // A reason that somebody gave before the stream ended comes first.
            if (_request is null)
                _session.OnTransportEnded(text);
        }

        _ending.TrySetResult();
    }

    private void OnTimer()
    {
        bool over;
        lock (_gate)
        {
            _session.Tick(Now);
            over = _session.State >= SessionState.Closing;
            Schedule();
        }

        _pump.Flush();
        if (over)
            _ending.TrySetResult();
    }

    /// <summary>Under the gate. The timer may fire late or early: Tick looks at the time itself.</summary>
    private void Schedule()
    {
        if (_session.State >= SessionState.Closing)
            return;
        TimeSpan due = _session.Deadline - Now;
        _timer.Change(due > TimeSpan.FromMilliseconds(1) ? due : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Lets the Close frame arrive: closing a socket with unread bytes in it would reset the connection under it.</summary>
    private async Task LingerAsync()
    {
        using CancellationTokenSource limit = new(_settings.Session.ClosingLimit, _settings.Time);
        try
        {
            await _pump.FinishAsync().WaitAsync(limit.Token);
            _transport.CompleteMain();
            await _streams.LinkStreamEnded.WaitAsync(limit.Token);
        }
        catch (Exception e) when (TransportFaults.Is(e))
        {
            LinkLog.CloseNotDelivered(_settings.Log, _settings.Link, e.Message);
        }
    }

    private async Task EndPredecessorAsync()
    {
        if (Predecessor is not { } old)
            return;
        old.RequestClose(CloseReason.Replaced, "A newer connection of the same peer replaces this one.");
        await old.Ended;
        Predecessor = null;
    }

    private async Task DisposeTransportAsync()
    {
        try
        {
            await _transport.DisposeAsync();
        }
        catch (Exception e) when (TransportFaults.Is(e))
        {
            LinkLog.DisposeFailed(_settings.Log, _settings.Link, e.Message);
        }
    }
}
