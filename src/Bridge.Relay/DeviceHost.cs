using System.Collections.Concurrent;
using Bridge.Link;
using Microsoft.Extensions.Logging;

namespace Bridge.Relay;

/// <summary>
/// Gives a relay its threads and its clock: link threads put what they received into its inbox, ports wake it, and whoever comes first does
/// the work in the device's turn.
/// </summary>
public sealed class DeviceHost : ILaneHandler, IAsyncDisposable
{
    private readonly Relay _relay;
    private readonly ILogger _logger;
    private readonly LaneInbox _inbox = new();
    private readonly ConcurrentQueue<Action> _questions = new();
    private readonly ITimer _timer;
    private readonly TimeProvider _time;
    private long? _timerAt;
    private volatile bool _timerFired;
    private LaneOutput? _output;
    private volatile bool _stopped;

    /// <summary>Makes the host of a relay.</summary>
    public DeviceHost(Relay relay, TimeProvider time, ILogger logger)
    {
        (_relay, _time, _logger) = (relay, time, logger);
        Turn = new DeviceTurn(Step);
        _timer = time.CreateTimer(static host => ((DeviceHost)host!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The device's turn: ports run it when they have something to do.</summary>
    public DeviceTurn Turn { get; }

    /// <inheritdoc/>
    public Action<uint, CloseReason, string>? CloseConnection { get; set; }

    /// <summary>Why the device's work ended for good; null while it goes on.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Asks something of the relay or its port inside the turn.</summary>
    public Task<T> Ask<T>(Func<T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _questions.Enqueue(() =>
        {
            try
            {
                answer.SetResult(question());
            }
#pragma warning disable CA1031 // Whatever it was belongs to the one who asked.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                answer.SetException(failure);
            }
        });
        Turn.Run();
        return answer.Task;
    }

    void ILaneHandler.OnLaneUp(LaneOutput output)
    {
        // Room after the output was full: go on capturing.
        output.Writable = Turn.Run;
        _inbox.PutUp(output);
        Turn.Run();
    }

    void ILaneHandler.OnFrame(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        // Asked anew for every frame: a chain raises it before the peer can know of the chain.
        long limit = _relay.InboxLimit;
        // Thrown, so that the link delivers nothing of this connection any more: what would come after the frame that is missing here is worth nothing.
        if (!_inbox.TryPut(header, payload, limit))
            throw new LinkProtocolException(CloseReason.FlowViolation, $"{_relay.Device}: more than {limit} bytes under way, which no credit allows");
    }

    void ILaneHandler.OnBatchEnd() => Turn.Run();

    void ILaneHandler.OnLaneDown(uint connection)
    {
        _inbox.PutDown(connection);
        Turn.Run();
    }

    /// <summary>One round of the device's work; inside the turn.</summary>
    private bool Step()
    {
        if (_stopped)
        {
            _inbox.Take();
            Answer();
            return false;
        }

        try
        {
            Drain();
            bool more = Pump();
            if (_relay.TakeFlush())
                _output?.Flush();
            Answer();
            SetTimer();
            return more;
        }
#pragma warning disable CA1031 // A defect in one device must not end the gateway: this device stops, loudly.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Failure = failure;
            _stopped = true;
            RelayLog.DeviceFailed(_logger, failure, _relay.Device, failure.Message);
            if (_output is { } output)
                CloseConnection?.Invoke(output.Connection, CloseReason.InternalError, $"{_relay.Device}: {failure.Message}");
            return false;
        }
    }

    private void Answer()
    {
        while (_questions.TryDequeue(out Action? question))
            question();
    }

    private void Drain()
    {
        LaneInbox.Store store = _inbox.Take();
        int at = 0;
        foreach (LaneInbox.Entry entry in store.Entries)
        {
            ReadOnlySpan<byte> payload = store.Bytes.Slice(at, entry.Length);
            at += entry.Length;
            switch (entry.Kind)
            {
                case LaneInbox.EntryKind.Up:
                    _output = entry.Output;
                    _relay.LaneUp(entry.Output!);
                    break;
                case LaneInbox.EntryKind.Down:
                    TakeDown(entry.Header.Connection);
                    break;
                case LaneInbox.EntryKind.Frame when entry.Header.Connection == _output?.Connection:
                    Receive(entry.Header, payload);
                    break;
                default:
                    _relay.Counters.Stale++;
                    break;
            }
        }
    }

    /// <summary>Nothing to do for a connection that this side has given up already.</summary>
    private void TakeDown(uint connection)
    {
        if (connection != _output?.Connection)
            return;
        _output = null;
        _relay.LaneDown();
    }

    private void Receive(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        try
        {
            _relay.Receive(header, payload);
        }
        catch (LinkProtocolException fault)
        {
            GiveUp(header.Connection, fault);
        }
    }

    /// <summary>A port may start a queue again, and only then what the peer sent for it is looked at.</summary>
    private bool Pump()
    {
        try
        {
            return _relay.Pump();
        }
        catch (LinkProtocolException fault)
        {
            if (_output is { } output)
                GiveUp(output.Connection, fault);
            return true;
        }
    }

    /// <summary>The rest of what this connection brought is not looked at any more: resuming sends it again.</summary>
    private void GiveUp(uint connection, LinkProtocolException fault)
    {
        _relay.Counters.ProtocolFaults++;
        RelayLog.PeerFault(_logger, _relay.Device, fault.Reason.ToString(), fault.Message);
        TakeDown(connection);
        CloseConnection?.Invoke(connection, fault.Reason, $"{_relay.Device}: {fault.Message}");
    }

    private void OnTimer()
    {
        _timerFired = true;
        Turn.Run();
    }

    private void SetTimer()
    {
        // A timer that fired too early for the relay is set once more.
        if (_timerFired)
            (_timerFired, _timerAt) = (false, null);
        if (_relay.Deadline == _timerAt)
            return;
        _timerAt = _relay.Deadline;
        _timer.Change(_timerAt is { } at ? WholeMilliseconds(_time.GetElapsedTime(_time.GetTimestamp(), at)) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Rounded up, because timers round down; and never below 0, where a timer's "never" lies.</summary>
    private static TimeSpan WholeMilliseconds(TimeSpan due) => TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(due.TotalMilliseconds)));

    /// <summary>Ends the device's work; the lane must have been taken down by its link before.</summary>
    public async ValueTask DisposeAsync()
    {
        await Ask(() => _stopped = true);
        await _timer.DisposeAsync();
        (_relay as IDisposable)?.Dispose();
    }
}
