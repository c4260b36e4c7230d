using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Relay;

/// <summary>
/// The driver side of a device: answers the local driver at once, and brings the device side to the same state by value.
/// Whatever differs between what the driver wants and what the device side is known to have is sent; a new connection only tells anew what it has.
/// </summary>
public sealed partial class DriverRelay : Relay, IDriverRelay
{
    /// <summary>How long a reset waits for the device side before it completes on this side alone.</summary>
    public static readonly TimeSpan DefaultResetTimeout = TimeSpan.FromSeconds(1);

    // What was lent may be on its way more than once: for a life that has ended meanwhile, and again on each new connection.
    private const int Generosity = 4;

    private readonly IDriverPort _port;
    private readonly TimeSpan _resetTimeout;
    private readonly DriverControl _control = new();
    private readonly LentRoom _lent = new();
    private DriverSideQueue?[] _queues = [];
    private DeviceInfoPayload? _info;
    private DeviceRow? _row;
    private long? _resetDeadline;
    private long _inboxLimit = ControlAllowance;
    private bool _offerTaken, _offerChanged, _resetDone, _replaced, _ended;
    private int _first;
    private string? _needsReset;

    /// <summary>Makes the relay in front of a port.</summary>
    public DriverRelay(string device, IDriverPort port, TimeProvider time, ILogger logger, TimeSpan? resetTimeout = null)
        : base(device, time, logger)
    {
        (_port, _resetTimeout) = (port, resetTimeout ?? DefaultResetTimeout);
        // Not 0 and not the same at each start: a frame of an earlier process must not pass for one of this.
        Epoch = (uint)NewLife() | 1;
        DriverLife = NewLife();
        if (port.Recovered is { } life && TryRecover(life))
            port.OnRecovered(MakeOffer(_info!), this);
    }

    /// <inheritdoc/>
    public override long InboxLimit => Math.Min(Volatile.Read(ref _inboxLimit), ControlAllowance + Generosity * _lent.Most);

    /// <inheritdoc/>
    public override long? Deadline => _resetDeadline is { } reset && Lull.Deadline is { } lull ? Math.Min(reset, lull) : _resetDeadline ?? Lull.Deadline;

    /// <inheritdoc/>
    public DeviceStatus Status { get; private set; }

    /// <summary>Chains that the device side has, or that are on their way.</summary>
    public int InFlight => _queues.Sum(q => q?.InFlight ?? 0);

    /// <inheritdoc/>
    public void Reset()
    {
        EndLife();
        Epoch = Epoch == uint.MaxValue ? 1 : Epoch + 1; // 0 is "no life".
        DriverLife = NewLife();
        Counters.Epochs++;
        (Status, RingFeatures) = (DeviceStatus.None, 0);
        _queues = new DriverSideQueue?[_info?.Queues.Count ?? 0];
        ForgetWrites();
        _lent.Clear();
        _control.Forget();
        (_needsReset, _ended, _resetDone, _replaced) = (null, false, false, false);
        _resetDeadline = Time.GetTimestamp() + (long)(_resetTimeout.TotalSeconds * Time.TimestampFrequency);
        RelayLog.EpochBegins(Log, Device, Epoch, DriverLife);
    }

    /// <inheritdoc/>
    public void SetFeatures(ulong features)
    {
        ulong offered = Offered;
        _control.Features = features & offered & ~DeviceRow.HopLocal;
        RingFeatures = features & offered;
        RelayLog.DriverAccepted(Log, Device, Describe(features & offered), Describe(offered & ~features));
    }

    /// <inheritdoc/>
    public void SetStatus(DeviceStatus status)
    {
        if (status == DeviceStatus.None)
        {
            Reset();
            return;
        }

        Status = status | (Status & DeviceStatus.NeedsReset);
    }

    /// <inheritdoc/>
    public void SetQueue(int queue, Window window, RingLayout layout, ushort nextAvailable = 0, ushort nextUsed = 0)
    {
        if (_info is not { } info || _row is null || (uint)queue >= (uint)info.Queues.Count)
            throw new ArgumentOutOfRangeException(nameof(queue), queue, $"{Device} has {_info?.Queues.Count ?? 0} queues");
        var ring = new DeviceQueue(window, layout, RingOptions, nextAvailable, nextUsed);
        _queues[queue] = new DriverSideQueue((ushort)queue, _control.NextGeneration(queue), _row, info.Queues[queue], window, ring, _lent, Counters)
        {
            Layout = layout,
            Unnumbered = UnkeepLife,
            Noted = _port.KeepsDriver ? _port.OnNotable : null,
        };
    }

    /// <inheritdoc/>
    public void OnAvailable(int queue)
    {
        // Every pump looks at every ring: the doorbell only has to bring the turn about, which it has. It is counted, for people.
        if ((uint)queue < (uint)_queues.Length && _queues[queue] is { } rung)
            rung.CountDoorbell();
    }

    /// <inheritdoc/>
    public override bool Pump()
    {
        TellPort();
        bool more = _port.Pump();
        Lull.Look(_row is { } row && (_control.Features & row.PatientWith) != 0);
        // A life that is over is not brought over any more: the driver's reset begins the next one.
        if (Live && !_ended && Output is { } output && BringOver(output) && (Status & DeviceStatus.DriverOk) != 0)
            PumpQueues(output);
        NotifyUsed();
        CheckReset();
        TellPort();
        return more;
    }

    /// <inheritdoc/>
    public override RelayStatus ReadStatus() => new(
        _info?.DeviceId, Live, Epoch, Status, RingFeatures, [.. _queues.OfType<DriverSideQueue>().Select(queue => queue.ReadStatus())], Counters);

    private ulong RingFeatures { get; set; }

    private RingOptions RingOptions => new(
        EventIndex: (RingFeatures & VirtioFeatures.EventIndex) != 0,
        Indirect: (RingFeatures & VirtioFeatures.IndirectDescriptors) != 0,
        LittleEndian: (RingFeatures & VirtioFeatures.Version1) != 0 || BitConverter.IsLittleEndian,
        MaximumSegments: PostedPayload.MaximumSegments);

    private ulong Offered => _info is { } info && _row is { } row ? (info.Features & row.Features) | DeviceRow.OwnHop : 0;

    private string Describe(ulong features) => VirtioFeatures.Describe(features, _row?.FeatureNames);

    private void TellPort()
    {
        if (_offerChanged && _info is { } info)
        {
            _offerChanged = false;
            _port.OnOffer(MakeOffer(info), this);
        }

        if (_resetDone)
        {
            _resetDone = false;
            _port.OnResetDone();
        }

        if (_replaced)
        {
            _replaced = false;
            _port.OnDeviceReplaced();
        }

        if (_needsReset is { } why)
        {
            _needsReset = null;
            RelayLog.NeedsReset(Log, Device, why);
            _port.OnNeedsReset(why);
        }
    }

    /// <summary>Nothing is brought over before a driver has started.</summary>
    private bool BringOver(LaneOutput output) =>
        (_resetDeadline is null && Status == DeviceStatus.None && !_control.EpochKnown)
        || _control.BringOver(output, Epoch, DriverLife, Status & ~DeviceStatus.NeedsReset, _queues, _writes, _info?.ConfigurationGeneration ?? 0);

    /// <summary>In turn: a queue that finds the transport full comes last the next time.</summary>
    private void PumpQueues(LaneOutput output)
    {
        for (int i = 0; i < _queues.Length; i++)
        {
            int index = (_first + i) % _queues.Length;
            if (_queues[index] is not { } queue)
                continue;
            bool broken = queue.Broken is not null;
            bool room = queue.Pump(output, Epoch, Lull);
            if (queue.LastFault is { } fault)
                ReportFault(index, queue, fault, broken);
            if (room)
                continue;
            _first = (index + 1) % _queues.Length;
            return;
        }
    }

    private void ReportFault(int index, DriverSideQueue queue, RingFaultException fault, bool wasBroken)
    {
        queue.LastFault = null;
        if (queue.Broken is null)
        {
            // One line per pump at most, however many chains were bad: the counter has them all.
            RelayLog.ChainFault(Log, Device, index, fault.Fault.ToString(), fault.Message, Counters.MalformedChains + Counters.OversizedChains);
        }
        else if (!wasBroken)
        {
            RelayLog.QueueBroken(Log, Device, index, fault.Fault.ToString(), fault.Message);
            RequireReset($"the ring of queue {index} is broken: {fault.Fault}");
        }
    }

    /// <summary>Rings for what was published, link or no link: a used element must not wait for the end of an outage.</summary>
    private void NotifyUsed()
    {
        for (int i = 0; i < _queues.Length; i++)
        {
            if (_queues[i] is { } queue && queue.ShouldNotify())
                _port.OnUsed(i);
        }
    }

    /// <summary>The driver is told once in a life.</summary>
    private void RequireReset(string why)
    {
        if ((Status & DeviceStatus.NeedsReset) != 0)
            return;
        EndLife();
        Status |= DeviceStatus.NeedsReset;
        _needsReset = why;
    }

    private void EndEpoch(string why)
    {
        RelayLog.EpochEnds(Log, Device, Epoch, why);
        _queues = new DriverSideQueue?[_queues.Length];
        _lent.Clear();
        _ended = true;
        RequireReset(why);
    }

    private void CheckReset()
    {
        if (_resetDeadline is not { } deadline)
            return;
        if (Output is null)
        {
            CompleteReset(); // No link: this side's window is out of the peer's reach by construction.
        }
        else if (Time.GetTimestamp() >= deadline)
        {
            RelayLog.ResetTimedOut(Log, Device, _resetTimeout.TotalMilliseconds);
            CompleteReset();
        }
    }

    private void CompleteReset() => (_resetDeadline, _resetDone) = (null, true);

    private protected override void OnLaneUp(LaneOutput output)
    {
        _offerTaken = false;
        var queues = new List<QueueProgress>();
        foreach (DriverSideQueue? queue in _queues)
        {
            if (queue is null)
                continue;
            queue.ForgetHeld();
            queues.Add(queue.Progress);
        }

        output.End(new ResumePayload(DriverLife, DeviceLife: 0, _control.Features, (byte)Status, queues).Write(output.Begin(FrameType.ResumeDriver, Epoch)));
    }

    private protected override void OnLaneDown()
    {
    }
}
