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
    private LaneOutput? _output;
    private long _limit;
    private volatile bool _stopped;

    /// <summary>Makes the host of a relay.</summary>
    public DeviceHost(Relay relay, TimeProvider time, ILogger logger)
    {
        (_relay, _time, _logger) = (relay, time, logger);
        Turn = new DeviceTurn(Step);
        _limit = relay.InboxLimit;
        _timer = time.CreateTimer(static host => ((DeviceHost)host!).Turn.Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
        if (!_inbox.TryPut(header, payload, Volatile.Read(ref _limit)))
            CloseConnection?.Invoke(header.Connection, CloseReason.FlowViolation, $"{_relay.Device}: more than {_limit} bytes under way, which no credit allows");
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
            Answer();
            return false;
        }

        try
        {
            Drain();
            bool more = _relay.Pump();
            _output?.Flush();
            Answer();
            SetTimer();
            Volatile.Write(ref _limit, _relay.InboxLimit);
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
                case LaneInbox.EntryKind.Down when entry.Header.Connection == _output?.Connection:
                    _output = null;
                    _relay.LaneDown();
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

    private void Receive(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        try
        {
            _relay.Receive(header, payload);
        }
        catch (LinkProtocolException fault)
        {
            // The rest of what this connection brought is not looked at any more: resuming sends it again.
            _relay.Counters.ProtocolFaults++;
            RelayLog.PeerFault(_logger, _relay.Device, fault.Reason.ToString(), fault.Message);
            _output = null;
            _relay.LaneDown();
            CloseConnection?.Invoke(header.Connection, fault.Reason, $"{_relay.Device}: {fault.Message}");
        }
    }

    private void SetTimer()
    {
        if (_relay.Deadline == _timerAt)
            return;
        _timerAt = _relay.Deadline;
        TimeSpan due = _timerAt is not { } at ? Timeout.InfiniteTimeSpan : _time.GetElapsedTime(_time.GetTimestamp(), at);
        _timer.Change(due < TimeSpan.Zero && due != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : due, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the device's work; the lane must have been taken down by its link before.</summary>
    public async ValueTask DisposeAsync()
    {
        await Ask(() => _stopped = true);
        await _timer.DisposeAsync();
        (_relay as IDisposable)?.Dispose();
    }
}
