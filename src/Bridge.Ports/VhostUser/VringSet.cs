using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// The queues of one front end, and when they run at the relay. A life begins when every queue that the front end has set up is started and enabled, and ends with a
/// reset of the relay. In between a queue may be stopped and go on where it stood:
/// <code>
///             all set up, started, enabled          ENABLE 0, GET_VRING_BASE
///   (no life) ----------------------------&gt; running ---------------------------&gt; stopped
///       ^                                      |  ^------------------------------'  |
///       |                                      |     the base that was returned,    |
///       |                                      |     the same ring, ENABLE 1        |
///       '--------------------------------------'------------------------------------'
///         RESET_DEVICE, other features, another base, size or place, disconnection
/// </code>
/// </summary>
/// <remarks>Belongs to the device's turn.</remarks>
internal sealed partial class VringSet : IDisposable
{
    // A driver that is set up kicks at once; one that never does is served nevertheless.
    private static readonly TimeSpan Unkicked = TimeSpan.FromSeconds(1);

    private readonly string _device;
    private readonly IDriverRelay _relay;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Vring[] _vrings;
    private MemoryTable? _memory;
    private ulong _features;
    private long? _readySince;

    public VringSet(string device, int count, IDriverRelay relay, TimeProvider time, ILogger log)
    {
        (_device, _relay, _time, _log) = (device, relay, time, log);
        _vrings = new Vring[count];
        for (int i = 0; i < count; i++)
            _vrings[i] = new Vring();
    }

    /// <summary>Called when a life begins, before DRIVER_OK: true = its numbers are little-endian.</summary>
    public Action<bool>? Begins { get; init; }

    /// <summary>A life is on: DRIVER_OK was said to the relay.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>The front end agreed on protocol features; without them a ring that is started is enabled too.</summary>
    public bool HasEnable { get; set; }

    /// <summary>Kicks come as messages: UML then names no kick descriptors, and a ring that is enabled is started too.</summary>
    public bool HasInBandKicks { get; set; }

    /// <summary>The driver has written to the configuration space in this life, or before it begins.</summary>
    public bool HasWritten { get; set; }

    /// <summary>
    /// A life could begin. Every queue that has a place must be ready: which of its queues a driver uses cannot be changed afterwards.
    /// </summary>
    public bool IsReady => Array.Exists(_vrings, vring => vring.Address is not null) && Array.TrueForAll(_vrings, vring => vring.Address is null || CanRun(vring));

    public ReadOnlySpan<Vring> All => _vrings;

    public MemoryTable? Memory => _memory;

    /// <summary>The queue of that index.</summary>
    /// <exception cref="FrontEndFaultException">There is none.</exception>
    public Vring Find(uint index, FrontEndRequest request) =>
        index < (uint)_vrings.Length ? _vrings[index] : throw new FrontEndFaultException($"{request} for queue {index}; the device has {_vrings.Length}");

    public void SetFeatures(ulong features)
    {
        if (IsRunning && features != _features)
            EndLife("other features");
        _features = features;
    }

    /// <summary>Another memory table; rings that the relay has go on in it. Takes the table over.</summary>
    /// <exception cref="FrontEndFaultException">A running ring does not lie in it.</exception>
    public void SetMemory(MemoryTable? memory)
    {
        MemoryTable? old = _memory;
        _memory = memory;
        try
        {
            for (int i = 0; i < _vrings.Length && IsRunning && !IsDetached; i++)
            {
                // A ring that was handed back moves when it goes on: regions may come one by one.
                if (_vrings[i] is not { Address: { } address, IsSet: true, IsHandedBack: false } vring)
                    continue;
                if (TryLocate(vring, address, out RingLayout layout) && _relay.MoveQueue(i, _memory!.Window, layout))
                    vring.Layout = layout;
                else if (Array.TrueForAll(_vrings, v => !v.IsSet || v.IsStopped))
                    EndLife("its rings or buffers lie in the memory no longer");
                else
                    throw new FrontEndFaultException($"memory without the ring of queue {i}, which runs, or without the buffers of its chains in flight");
            }
        }
        catch
        {
            // The queues that were not moved still use the old one.
            EndLife("its memory cannot be used");
            throw;
        }
        finally
        {
            old?.DisposeExcept(_memory);
        }
    }

    public void SetSize(Vring vring, uint size, FrontEndRequest request)
    {
        if (size > RingLayout.MaximumSize || !RingLayout.IsValidSize((int)size))
            throw new FrontEndFaultException($"{request}: a ring of {size} entries; a power of two up to {RingLayout.MaximumSize} is possible");
        if (vring.Layout is { } layout && layout.Size != (int)size)
            EndLife("another ring size");
        vring.Size = (int)size;
    }

    public void SetBase(Vring vring, uint @base, FrontEndRequest request)
    {
        if (@base > ushort.MaxValue)
            throw new FrontEndFaultException($"{request}: {@base} is no index of a split ring");
        // A front end that goes on says what it was told; one that never asked begins anew (UML), even if the numbers happen to be equal.
        if (vring.IsSet && !vring.IsHandedBack && vring.Returned?.Available != (ushort)@base)
            EndLife($"a queue begins at {@base}");
        vring.Base = (ushort)@base;
    }

    /// <exception cref="FrontEndFaultException">The ring does not lie in the memory table.</exception>
    public void SetAddress(Vring vring, VringAddress address)
    {
        if (vring.Size == 0)
            throw new FrontEndFaultException($"the place of queue {address.Index} before its size");
        if (!TryLocate(vring, address, out RingLayout layout))
            throw new FrontEndFaultException($"the ring of queue {address.Index} at 0x{address.Descriptors:x}, 0x{address.Available:x} and 0x{address.Used:x} is not in the memory table");
        if (vring.IsSet && vring.Layout != layout)
            EndLife("another place of a ring");
        vring.Address = address;
    }

    /// <summary>GET_VRING_BASE: stops the queue and says where it stands. It goes on when it is started again.</summary>
    public ushort Return(int index)
    {
        Stop(index);
        Vring vring = _vrings[index];
        vring.IsStarted = false;
        vring.SetKick(null);
        vring.Returned = vring.IsSet ? vring.Position : new RingIndices(vring.Base, vring.Base);
        return vring.Returned.Value.Available;
    }

    /// <summary>From when this returns the ring is not touched and its front end not called.</summary>
    public void Stop(int index)
    {
        Vring vring = _vrings[index];
        if (!vring.IsSet || vring.IsStopped)
            return;
        vring.Position = _relay.StopQueue(index);
        vring.IsStopped = true;
    }

    /// <summary>Begins a life, or goes on with stopped queues, as soon as all that must be said has been said.</summary>
    /// <exception cref="FrontEndFaultException">A ring cannot be used.</exception>
    public void Advance()
    {
        if (!IsRunning)
        {
            if (!IsReady)
                _readySince = null;
            else if (IsKicked())
                Begin();
            return;
        }

        for (int i = 0; i < _vrings.Length && IsRunning; i++)
        {
            Vring vring = _vrings[i];
            if (!CanRun(vring))
                continue;
            if (IsDetached)
                BeginAnew("the front end has come back without its in-flight region");
            else if (vring.IsStopped)
                GoOn(i, vring);
            else if (!vring.IsSet && vring.Address is not null)
                SetQueue(i, vring);
        }
    }

    /// <summary>Ends the life, if one is on: the remote device is reset. What the front end has said of its queues is forgotten.</summary>
    public void EndLife(string why)
    {
        Reset(why);
        foreach (Vring vring in _vrings)
            vring.Forget();
    }

    /// <summary>Ends the life and releases everything.</summary>
    public void Dispose()
    {
        EndLife("the front end has gone");
        foreach (Vring vring in _vrings)
            vring.Dispose();
        ForgetLeftMemory();
        _memory?.Dispose();
        _memory = null;
        _inflight?.Dispose();
        _inflight = null;
    }

    private void Reset(string why)
    {
        if (!IsRunning && !HasWritten)
            return;
        if (IsRunning)
            VhostUserLog.LifeEnds(_log, _device, why);
        (IsRunning, HasWritten) = (false, false);
        _relay.Reset();
        (IsDetached, _isInherited) = (false, false);
        foreach (Vring vring in _vrings)
            (vring.Layout, vring.IsStopped, vring.Returned, vring.IsHandedBack) = (null, false, null, false);
        ForgetLeftMemory();
    }

    /// <summary>Ends the life; what the front end has said of its queues holds for its new one.</summary>
    private void BeginAnew(string why)
    {
        Reset(why);
        Advance();
    }

    private bool IsLittleEndian => (_features & VirtioFeatures.Version1) != 0 || BitConverter.IsLittleEndian;

    private bool CanRun(Vring vring) => (vring.IsStarted || HasInBandKicks) && (vring.IsEnabled || !HasEnable);

    /// <summary>
    /// A ring is started by its first kick, in the protocol's words. UML enables its rings while the driver is still being probed and loses what it is called for then;
    /// only its first kick tells that the driver is ready.
    /// </summary>
    private bool IsKicked()
    {
        if (Array.Exists(_vrings, vring => vring.Address is not null && (vring.HasRung || (vring.Kick is null && !HasInBandKicks))))
            return true;
        _readySince ??= _time.GetTimestamp();
        return _time.GetElapsedTime(_readySince.Value) > Unkicked;
    }

    /// <summary>As a driver initialises a device (virtio 1.2, 3.1.1): the front end's driver has done it already, step by step, with the front end.</summary>
    private void Begin()
    {
        _relay.SetStatus(DeviceStatus.Acknowledge | DeviceStatus.Driver);
        _relay.SetFeatures(_features);
        if ((_features & VirtioFeatures.Version1) != 0)
            _relay.SetStatus(_relay.Status | DeviceStatus.FeaturesOk);
        IsRunning = true;
        Begins?.Invoke(IsLittleEndian);
        for (int i = 0; i < _vrings.Length; i++)
        {
            if (_vrings[i].Address is not null)
                SetQueue(i, _vrings[i]);
        }

        _relay.SetStatus(_relay.Status | DeviceStatus.DriverOk);
        // A kick may have come before the ring was enabled.
        _relay.OnAvailable(0);
        VhostUserLog.LifeBegins(_log, _device, _vrings.Count(vring => vring.IsSet), _memory!.Count, _memory.Length >> 20, _memory.Unsealed);
    }

    private void SetQueue(int index, Vring vring)
    {
        if (!TryLocate(vring, vring.Address!.Value, out RingLayout layout))
            throw new FrontEndFaultException($"the ring of queue {index} is not in the memory table any more");
        try
        {
            // Only the available base is stated; the used index is where the ring has it.
            ushort used = ReadIndices(index, layout).Used;
            if (_inflight is null)
                _relay.SetQueue(index, _memory!.Window, layout, vring.Base, used);
            else
                SetRecordedQueue(index, vring, layout, used);
            (vring.Layout, vring.IsStopped, vring.Returned) = (layout, false, null);
        }
        catch (RingFaultException fault)
        {
            throw new FrontEndFaultException($"the ring of queue {index} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>The same ring as before, if it stands where it stood: equal numbers alone could be those of a driver that began anew.</summary>
    private void GoOn(int index, Vring vring)
    {
        if (vring.IsHandedBack && !TryMoveBack(index, vring))
        {
            BeginAnew($"the ring of queue {index} or its buffers are not in the memory of the front end that came back");
            return;
        }

        RingIndices now = ReadIndices(index, vring.Layout!.Value);
        if (now.Used != vring.Position.Used)
        {
            BeginAnew($"the used index of queue {index} is {now.Used}, it was {vring.Position.Used}");
            return;
        }

        (vring.IsStopped, vring.Returned, vring.IsHandedBack) = (false, null, false);
        ForgetLeftMemory();
        _relay.StartQueue(index);
        _relay.OnAvailable(index);
    }

    /// <summary>Where the ring stands in memory. A memory table may have moved it to where no ring can be.</summary>
    private RingIndices ReadIndices(int index, RingLayout layout)
    {
        try
        {
            return RingIndices.Read(_memory!.Window, layout, IsLittleEndian);
        }
        catch (RingFaultException fault)
        {
            throw new FrontEndFaultException($"the ring of queue {index} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>Finds the ring in the memory: each part wholly in one region.</summary>
    private bool TryLocate(Vring vring, in VringAddress address, out RingLayout layout)
    {
        layout = default;
        if (_memory is not { } memory || !memory.TryTranslate(address.Descriptors, out ulong descriptors)
            || !memory.TryTranslate(address.Available, out ulong available) || !memory.TryTranslate(address.Used, out ulong used))
            return false;
        layout = new RingLayout(vring.Size, descriptors, available, used);
        return memory.Window.Contains(descriptors, RingLayout.DescriptorsLength(vring.Size))
            && memory.Window.Contains(available, RingLayout.AvailableLength(vring.Size))
            && memory.Window.Contains(used, RingLayout.UsedLength(vring.Size));
    }
}
