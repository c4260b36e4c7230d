using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.CrossConnect;

/// <summary>
/// Joins two rpmsg drivers: what one sends, the other receives, addresses unchanged. Only name service messages are read: the names that a driver has alive are told to the
/// other one when that starts, and withdrawn when their driver is reset. Belongs to the device's turn.
/// </summary>
internal sealed class CrossConnection
{
    /// <summary>Messages that each direction can take beyond the rings, when both wait for each other.</summary>
    public const int StoreCapacity = 64;

    private readonly Crossing _toLocal, _toRemote;

    public CrossConnection(CrossConnectOptions options, Action wake, TimeProvider time, ILogger log)
    {
        Remote = new CrossConnectSide(options, this, "remote", wake, time, log);
        Local = new CrossConnectSide(options, this, "local", wake, time, log);
        int capacity = Math.Min(StoreCapacity, options.Rpmsg.BufferCount), maximum = options.Rpmsg.MaximumPayload;
        _toLocal = new Crossing(Remote, Local, capacity, maximum);
        _toRemote = new Crossing(Local, Remote, capacity, maximum);
    }

    /// <summary>The device of the driver behind the link.</summary>
    public CrossConnectSide Remote { get; }

    /// <summary>The device of this machine's driver.</summary>
    public CrossConnectSide Local { get; }

    /// <summary>Moves messages both ways. True: call again soon, there is more.</summary>
    public bool Pump()
    {
        try
        {
            bool moved = _toLocal.Move() | _toRemote.Move();
            if (_toLocal.IsBlocked && _toRemote.IsBlocked)
                moved |= _toLocal.StoreHeld() | _toRemote.StoreHeld();
            Remote.Notify();
            Local.Notify();
            if (moved)
                return true;
            return (Remote.Rings?.Arm(receive: !_toLocal.IsBlocked, transmit: _toRemote.WaitsForBuffer) ?? false)
                | (Local.Rings?.Arm(receive: !_toRemote.IsBlocked, transmit: _toLocal.WaitsForBuffer) ?? false);
        }
        catch (RingFaultException fault)
        {
            // The rings are this gateway's own, and so is the defect; which of them it was does not matter then.
            Remote.OnFault(fault);
            Local.OnFault(fault);
            return false;
        }
    }

    /// <summary>How many names a driver that starts will be told of.</summary>
    public int NamesFor(CrossConnectSide side) => Other(side).Names.Alive.Count();

    /// <summary>A driver is reset; its rings are still there.</summary>
    /// <returns>Messages for it that are lost.</returns>
    public int OnStopped(CrossConnectSide side)
    {
        (Crossing outgoing, Crossing incoming) = ReferenceEquals(side, Remote) ? (_toLocal, _toRemote) : (_toRemote, _toLocal);
        outgoing.OnSenderStopped();
        int lost = incoming.OnReceiverStopped();
        side.Names.ApplyToAll(NameEvent.Withdrawn);
        Other(side).Names.ApplyToAll(NameEvent.Forgotten);
        return lost;
    }

    /// <summary>The driver behind the link now.</summary>
    public CrossConnectDriver ReadRemote() => Read(Remote, _toLocal);

    /// <summary>This machine's driver now.</summary>
    public CrossConnectDriver ReadLocal() => Read(Local, _toRemote);

    private static CrossConnectDriver Read(CrossConnectSide side, Crossing outgoing) =>
        new(side.Rings is not null, [.. side.Names.Alive], outgoing.IsBlocked, outgoing.Stored, side.Counters);

    private CrossConnectSide Other(CrossConnectSide side) => ReferenceEquals(side, Remote) ? Local : Remote;
}
