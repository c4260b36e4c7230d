using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Relay;

/// <summary>The pool of the device side.</summary>
/// <param name="Places">Chains held per queue at most; 0: as many as the ring has entries. 1..32768.</param>
/// <param name="PlaceSize">Bytes that one chain may need, bytes; a multiple of 16 (rpmsg: the buffer size).</param>
public sealed record PoolOptions(int Places = 0, int PlaceSize = 512);

/// <summary>
/// The device side of a device: plays the driver towards the local device, in a window of its own. It follows what the driver side sets,
/// and forgets a life only when the driver side begins another one.
/// </summary>
public sealed partial class DeviceRelay : Relay, IDeviceRelay, IDisposable
{
    /// <summary>Address of the first byte of <see cref="IDevicePort.CreateMemory"/>'s memory in the window that the device is given.</summary>
    public const ulong WindowBase = 0x10000;

    private const ulong PartAlignment = 0x10000;

    private readonly IDevicePort _port;
    private readonly PoolOptions _pool;
    private DeviceRow? _row;
    private QueueOffer[] _offers = [];
    private uint[] _generations = [];
    private uint[] _driverRings = [];
    private DeviceSideQueue?[] _queues = [];
    private (DriverQueue Ring, ulong Pool)[] _rings = [];
    private RingLayout[] _layouts = [];
    private RingOptions? _ringOptions;
    private WindowMemory? _memory;
    private Window? _window;
    private ulong _features;
    private ulong _deviceLife = NewLife();
    private DeviceStatus _status;
    private bool _started, _offerChanged, _statusDue, _introduced, _heard, _suspended;
    private int _first;
    private uint _toldGeneration;
    private long _inboxLimit = ControlAllowance;
    private string? _needsReset;

    /// <summary>Makes the relay in front of a port.</summary>
    /// <exception cref="NotSupportedException">The device table has no such device.</exception>
    public DeviceRelay(string device, IDevicePort port, PoolOptions pool, TimeProvider time, ILogger logger)
        : base(device, time, logger)
    {
        (_port, _pool) = (port, pool);
        if (port.Offer is { } offer)
            Meet(offer);
        if (port.Recovered is { } life && TryRecover(life))
            port.Recover(life.RingFeatures, life.Window, _layouts, this);
    }

    /// <inheritdoc/>
    public override long InboxLimit => Volatile.Read(ref _inboxLimit);

    /// <summary>What the driver side has set.</summary>
    public DeviceStatus Status => _status;

    /// <summary>Places that are taken.</summary>
    public int InFlight => _queues.Sum(q => q?.InFlight ?? 0);

    /// <inheritdoc/>
    public void OnUsed(int queue)
    {
        // Every pump looks at every ring; the doorbell is counted, for people.
        if ((uint)queue < (uint)_queues.Length && _queues[queue] is { } rung)
            rung.CountDoorbell();
    }

    /// <inheritdoc/>
    public void OnOfferChanged() => _offerChanged = true;

    /// <inheritdoc/>
    public void NeedsReset(string why)
    {
        if ((_status & DeviceStatus.NeedsReset) != 0 || _status == DeviceStatus.None)
            return;
        RelayLog.NeedsReset(Log, Device, why);
        _life?.End();
        (_status, _statusDue) = (_status | DeviceStatus.NeedsReset, true);
    }

    /// <inheritdoc/>
    public override bool Pump()
    {
        TurnQueues();
        bool more = _port.Pump();
        TurnQueues();
        if (_needsReset is { } why)
        {
            _needsReset = null;
            NeedsReset(why);
        }

        if (_row is null && _port.Offer is { } offer)
            Meet(offer);
        if (Output is not { } output)
            return more;
        if (_row is not null && !_introduced)
            Introduce(output, _row);
        Lull.Look(_row is { } known && (_features & known.PatientWith) != 0);
        if (Live && SendControl(output))
            SendQueues(output);
        return more;
    }

    /// <summary>In turn: a queue that fills the transport comes last the next time.</summary>
    private void SendQueues(LaneOutput output)
    {
        for (int i = 0; i < _queues.Length; i++)
        {
            int index = (_first + i) % _queues.Length;
            if (_queues[index] is not { } queue || queue.Send(output, Epoch, Lull))
                continue;
            _first = (index + 1) % _queues.Length;
            return;
        }
    }

    /// <inheritdoc/>
    public override RelayStatus ReadStatus() => new(
        _row?.Id, Live, Epoch, _status, _features, [.. _queues.OfType<DeviceSideQueue>().Select(queue => queue.ReadStatus())], Counters);

    private void TurnQueues()
    {
        if (!_started)
            return;
        for (int i = 0; i < _queues.Length; i++)
        {
            if (_queues[i] is not { } queue)
                continue;
            bool broken = queue.Broken is not null;
            if (queue.Turn(expose: !_suspended))
                _port.OnAvailable(i);

            if (queue.Broken is { } fault && !broken)
            {
                RelayLog.QueueBroken(Log, Device, i, fault.Fault.ToString(), fault.Message);
                _needsReset = $"the ring of queue {i} is broken: {fault.Fault}";
            }
        }
    }

    private bool SendControl(LaneOutput output)
    {
        if (!SendConfiguration(output))
            return false;
        if (_statusDue)
        {
            if (!output.CanWrite)
                return false;
            output.End(new DeviceStatusPayload((byte)_status, DriverLife).Write(output.Begin(FrameType.DeviceStatus, Epoch)));
            _statusDue = false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Receive(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Type == FrameType.ResumeDriver)
        {
            TakeResume(header.Epoch, ResumePayload.Read(header.Type, payload));
            return;
        }

        if (!Live)
            throw Unexpected(header.Type, "before both sides have stated where they stand");
        if (header.Type == FrameType.SetDeviceStatus)
        {
            TakeStatus(header.Epoch, DeviceStatusPayload.Read(header.Type, payload));
            return;
        }

        switch (header.Type)
        {
            case FrameType.SetDriverFeatures or FrameType.SetVirtqueue or FrameType.SetConfiguration or FrameType.Posted or FrameType.PostedMore when header.Epoch != Epoch || DriverLife == 0:
                Counters.Stale++;
                break;
            case FrameType.SetDriverFeatures:
                _features = SetDriverFeaturesPayload.Read(payload).Features;
                break;
            case FrameType.SetVirtqueue:
                TakeVirtqueue(SetVirtqueuePayload.Read(payload));
                break;
            case FrameType.SetConfiguration:
                TakeWrite(SetConfigurationPayload.Read(payload));
                break;
            case FrameType.Posted:
                PostedPayload burst = PostedPayload.Read(payload);
                Queue(burst.Queue, burst.Generation)?.ApplyPosted(payload);
                break;
            case FrameType.PostedMore:
                MorePayload more = MorePayload.Read(header.Type, payload);
                Queue(more.Queue, more.Generation)?.ApplyPostedMore(more, payload[MorePayload.Size..]);
                break;
            default:
                throw Unexpected(header.Type, "at a device side");
        }
    }

    /// <summary>The queue that data frames name; null (and counted) if it is of an older generation, or the device could not be started.</summary>
    private DeviceSideQueue? Queue(ushort index, uint generation)
    {
        if (!_started && (_status & DeviceStatus.NeedsReset) != 0)
        {
            Counters.Stale++;
            return null;
        }

        if (!_started || index >= _queues.Length || _queues[index] is not { } queue)
            throw new LinkProtocolException(CloseReason.ProtocolViolation, $"queue {index} is not set or the device not started");
        if (queue.Generation == generation)
            return queue;
        Counters.Stale++;
        return null;
    }

    private void TakeVirtqueue(SetVirtqueuePayload payload)
    {
        bool known = payload.Queue < _queues.Length;
        if (!known || payload.Generation == 0 || (_started && _queues[payload.Queue] is not null))
            throw new LinkProtocolException(CloseReason.ProtocolViolation,
                $"queue {payload.Queue} set to generation {payload.Generation}; the device has {_queues.Length} queues{(known && _started ? " and runs with this one" : "")}");
        (_generations[payload.Queue], _driverRings[payload.Queue]) = (payload.Generation, payload.RingSize);
        // A vhost-user front end may set a queue up when others run already: its ring has waited for it.
        if (_started)
            Attach(payload.Queue);
    }

    private void TakeStatus(uint epoch, DeviceStatusPayload payload)
    {
        var status = (DeviceStatus)payload.Status;
        if (status == DeviceStatus.None)
        {
            CheckLife(FrameType.SetDeviceStatus, payload.DriverLife);
            EndLife();
            (Epoch, DriverLife, _statusDue) = (epoch, payload.DriverLife, true);
            Counters.Epochs++;
            RelayLog.EpochBegins(Log, Device, Epoch, DriverLife);
            return;
        }

        if (epoch != Epoch || payload.DriverLife != DriverLife || DriverLife == 0)
        {
            Counters.Stale++;
            return;
        }

        // DEVICE_NEEDS_RESET is this side's alone to say, and to keep.
        _status = (status & ~DeviceStatus.NeedsReset) | (_status & DeviceStatus.NeedsReset);
        if ((_status & (DeviceStatus.DriverOk | DeviceStatus.NeedsReset)) == DeviceStatus.DriverOk && !_started)
            Start();
    }

    private static void CheckLife(FrameType type, ulong life)
    {
        if (life == 0)
            throw new LinkProtocolException(CloseReason.ProtocolViolation, $"{type} without a driver life");
    }

    /// <summary>The driver said DRIVER_OK: play driver towards the local device, with fresh rings that begin at 0.</summary>
    private void Start()
    {
        DeviceRow row = _row!;
        ulong offered = _port.Offer!.Features;
        ulong allowed = offered & row.Features;
        if ((_features & ~allowed) != 0)
        {
            NeedsReset($"the driver accepted features that are not offered: {row.Describe(_features & ~allowed)}");
            return;
        }

        ulong features = _features | (offered & VirtioFeatures.EventIndex);
        _ringOptions = RingOptionsOf(features);
        try
        {
            _window = MakeWindow();
        }
        catch (IOException exhausted)
        {
            NeedsReset($"no memory for its rings and pool: {exhausted.Message}");
            return;
        }

        LayOut();
        for (int i = 0; i < _queues.Length; i++)
        {
            _rings[i].Ring = new DriverQueue(_window, _layouts[i], _ringOptions);
            if (_generations[i] != 0)
                Attach(i);
        }

        KeepLife(features);
        _started = true;
        RelayLog.DeviceStarted(Log, Device, row.Describe(features));
        _port.Start(features, _window, _layouts, this);
    }

    private void Attach(int queue)
    {
        DeviceSideQueue attached = MakeQueue(queue);
        if (_life is { HasEnded: false } life)
            attached.Keep(Record(life, queue));
        _queues[queue] = attached;
    }

    private DeviceSideQueue MakeQueue(int queue) =>
        new((ushort)queue, _generations[queue], _row!, _window!, _rings[queue].Ring, _rings[queue].Pool, _offers[queue], Counters,
            merges: _life is not null || (_row!.MergesSegments && (_features & VirtioFeatures.Version1) != 0))
        {
            OutOfOrder = _life is null ? null : UnkeepLife,
            DriverRing = _driverRings[queue],
        };

    private void TakeResume(uint epoch, ResumePayload driver)
    {
        if (Output is not { } output || _heard)
            throw Unexpected(FrameType.ResumeDriver, "twice");
        CheckLife(FrameType.ResumeDriver, driver.DriverLife);
        (_heard, Live) = (true, _introduced);
        if (_status == DeviceStatus.None && DriverLife == 0)
            return;
        if (epoch != Epoch || driver.DriverLife != DriverLife)
        {
            RelayLog.EpochEnds(Log, Device, Epoch, "the driver side is in another life");
            EndLife();
            return;
        }

        for (int i = 0; i < _queues.Length; i++)
        {
            if (_queues[i] is not { } queue)
                continue;
            QueueProgress? stated = Find(driver, i), own = queue.Progress;
            if (stated is { } progress && progress.Generation == queue.Generation && queue.Resume(progress))
                continue;
            RelayLog.EpochEnds(Log, Device, Epoch, $"the driver side states {stated?.ToString() ?? $"no queue {i}"}, from which this side's {own} cannot go on");
            EndLife();
            _deviceLife = NewLife();
            // The driver side may believe that it can go on: it is told, in the life that it means, that it cannot.
            (Epoch, DriverLife, _status, _statusDue) = (epoch, driver.DriverLife, DeviceStatus.NeedsReset, true);
            return;
        }

        Counters.Resumed++;
        _statusDue = true;
        RelayLog.Resumed(Log, Device, output.Connection, Epoch, InFlight);
    }

    private void EndLife()
    {
        _life?.End();
        StopDevice();
        (_written, _answerDue, _toldRefusal) = (0, false, false);
        (_started, _suspended, _status, _features, DriverLife, Epoch, _needsReset) = (false, false, DeviceStatus.None, 0, 0, 0, null);
        Array.Clear(_queues);
        Array.Clear(_generations);
        Array.Clear(_driverRings);
    }

    private void StopDevice()
    {
        if (_started || _written != 0)
            _port.Stop();
    }

    private protected override void OnLaneUp(LaneOutput output)
    {
        (_heard, _introduced) = (false, false);
        if (_row is { } row)
            Introduce(output, row);
    }

    private protected override void OnLaneDown()
    {
    }

    /// <summary>Stops the device and frees the window; but a life that is kept goes on in this process's successor, and its memory is left to the port.</summary>
    public void Dispose()
    {
        bool goesOn = _started && _life is { HasEnded: false };
        if (!goesOn)
        {
            StopDevice();
            DisposeMemory();
        }

        _started = false;
        Array.Clear(_queues);
    }
}
