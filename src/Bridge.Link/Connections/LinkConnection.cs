using Bridge.Link.Transports;

namespace Bridge.Link.Connections;

/// <summary>One authenticated connection from its hello to its end: session, readers, pumps and timer around one transport.</summary>
/// <remarks>
/// <see cref="RunAsync"/> is the only place that tears down. Readers, pumps, timer and handlers only say that it is time to (<see cref="RequestClose"/>);
/// the first of them wins. The gate guards the session and is never held while something outside is called, except the slot's Admit.
/// </remarks>
internal sealed class LinkConnection
{
    private readonly TransportConnection transport;
    private readonly ConnectionSettings settings;
    private readonly ConnectionSlot slot;
    private readonly FramePump pump;
    private readonly Lock gate = new();
    private readonly LinkSession session;
    private readonly LaneStreams streams;
    private readonly long started;
    private readonly TaskCompletionSource ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer timer;
    private CloseRequest? request;

    /// <summary>Prepares a connection; nothing is sent before <see cref="RunAsync"/>.</summary>
    public LinkConnection(TransportConnection transport, bool initiator, ConnectionSettings settings, ConnectionSlot slot)
    {
        this.transport = transport;
        this.settings = settings;
        this.slot = slot;
        started = settings.Time.GetTimestamp();
        session = new LinkSession(settings.Session, settings.Devices, initiator, settings.Counter, TimeSpan.Zero) { Admit = _ => slot.Admit(this) };
        pump = new FramePump(transport.Main, session.Control, settings.Traffic, OnStreamFailed);
        streams = new LaneStreams(this, transport, settings, pump, OnStreamFailed);
        timer = settings.Time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>True on the side that dialled.</summary>
    public bool Initiator => session.Initiator;

    /// <summary>What it runs over.</summary>
    public TransportConnection Transport => transport;

    /// <summary>The connection that this one took the place of; set by the slot when this one is admitted.</summary>
    public LinkConnection? Predecessor { get; set; }

    /// <summary>The own dial that this inbound connection makes needless; set by the slot.</summary>
    public CancellationTokenSource? DisplacedDial { get; set; }

    /// <summary>That dial's connection, if it waits for the hello's answer; set by the slot.</summary>
    public LinkConnection? DisplacedGreeting { get; set; }

    /// <summary>True when the hello was answered and the lanes are up; false when the connection ended before.</summary>
    public Task<bool> Greeted => greeted.Task;

    /// <summary>Readers joined, lanes down.</summary>
    public Task Ended => ended.Task;

    /// <summary>Somebody has asked for the end; nothing more is delivered.</summary>
    public bool IsEnding => ending.Task.IsCompleted;

    /// <summary>The connection's number; 0 before the hellos.</summary>
    public uint Number { get; private set; }

    /// <summary>What is known now, for the status.</summary>
    public SessionView View
    {
        get
        {
            lock (gate)
                return new SessionView(session.State, session.Version, session.Peer, session.RoundTrip, session.Reason, session.ReasonText, session.ClosedByPeer, session.Refusals, streams.UpNames);
        }
    }

    private TimeSpan Now => settings.Time.GetElapsedTime(started);

    /// <summary>Runs the connection to its end; never throws. <see cref="Ended"/> completes before the transport is disposed.</summary>
    public async Task RunAsync()
    {
        using CancellationTokenSource teardown = new();
        lock (gate)
            Schedule();
        pump.Flush();
        streams.Read(new LinkStreamReader(transport.Main, this, settings.Traffic), teardown.Token);
        await ending.Task;

        bool linger;
        lock (gate)
        {
            if (request is { } wanted)
                session.Close(wanted.Reason, wanted.Text, Now);
            linger = session.State == SessionState.Closing && DeservesLinger(session.Reason);
        }

        pump.Flush();
        if (linger)
            await LingerAsync();
        await timer.DisposeAsync();
        transport.Abort();
        await teardown.CancelAsync();
        await streams.JoinAsync();
        await pump.StopAsync();
        lock (gate)
            session.OnTransportEnded("The connection was ended.");
        streams.Down();
        // Admitted but never attached: the place was this connection's already.
        await EndPredecessorAsync();
        slot.Leave(this);
        greeted.TrySetResult(false);
        ended.SetResult();
        await DisposeTransportAsync();
    }

    /// <summary>Asks for the end; the first reason wins. Any thread, any context; returns at once.</summary>
    public void RequestClose(CloseReason reason, string text)
    {
        Interlocked.CompareExchange(ref request, new CloseRequest(reason, text), null);
        ending.TrySetResult();
    }

    /// <summary>The transport of a connection that never ran.</summary>
    public async Task DiscardAsync()
    {
        await timer.DisposeAsync();
        transport.Abort();
        await DisposeTransportAsync();
    }

    /// <summary>Readers: bytes came.</summary>
    public void OnBytes() => session.OnBytes(Now);

    /// <summary>The link's reader: a frame of lane 0. True when it was the Hello that establishes the connection.</summary>
    public bool OnControlFrame(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        SessionState before;
        SessionState after;
        lock (gate)
        {
            before = session.State;
            session.OnFrame(header, payload, Now);
            after = session.State;
            Number = session.Connection;
            Schedule();
        }

        pump.Flush();
        if (after >= SessionState.Closing)
            ending.TrySetResult();
        return before == SessionState.Greeting && after == SessionState.Established;
    }

    /// <summary>The link's reader, between the Hello and the next frame: ends the old connection, then brings the lanes up.</summary>
    public async Task<ConnectionLane[]> AttachAsync(FrameParser parser)
    {
        DisplacedGreeting?.RequestClose(CloseReason.SimultaneousOpen, "Both gateways dialled at once; the other connection is used.");
        DisplacedDial?.Cancel();
        parser.Join(Number, transport.Multiplexed ? session.Lanes.Count : 0);
        await EndPredecessorAsync();
        if (IsEnding)
            return [];
        ConnectionLane[] lanes = await streams.OpenAsync(session.Lanes, Number);
        greeted.TrySetResult(true);
        settings.Established(this);
        return lanes;
    }

    /// <summary>A lane's reader on the side that accepts streams: this stream is that lane.</summary>
    public ConnectionLane Claim(ushort lane, Stream stream) => streams.Claim(lane, stream);

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
        LinkLog.Defect(settings.Log, settings.Link, e);
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
        lock (gate)
        {
            // A reason that somebody gave before the stream ended comes first.
            if (request is null)
                session.OnTransportEnded(text);
        }

        ending.TrySetResult();
    }

    private void OnTimer()
    {
        bool over;
        lock (gate)
        {
            session.Tick(Now);
            over = session.State >= SessionState.Closing;
            Schedule();
        }

        pump.Flush();
        if (over)
            ending.TrySetResult();
    }

    /// <summary>Under the gate. The timer may fire late or early: Tick looks at the time itself.</summary>
    private void Schedule()
    {
        if (session.State >= SessionState.Closing)
            return;
        TimeSpan due = session.Deadline - Now;
        timer.Change(due > TimeSpan.FromMilliseconds(1) ? due : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Lets the Close frame arrive: closing a socket with unread bytes in it would reset the connection under it.</summary>
    private async Task LingerAsync()
    {
        using CancellationTokenSource limit = new(settings.Session.ClosingLimit, settings.Time);
        try
        {
            await pump.FinishAsync().WaitAsync(limit.Token);
            await transport.CompleteMainAsync().AsTask().WaitAsync(limit.Token);
            await streams.LinkStreamEnded.WaitAsync(limit.Token);
        }
        catch (Exception e) when (TransportFaults.Is(e))
        {
            LinkLog.CloseNotDelivered(settings.Log, settings.Link, e.Message);
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
            await transport.DisposeAsync();
        }
        catch (Exception e) when (TransportFaults.Is(e))
        {
            LinkLog.DisposeFailed(settings.Log, settings.Link, e.Message);
        }
    }
}
