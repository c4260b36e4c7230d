using Bridge.Gateway.Configuration;
using Bridge.Relay;

namespace Bridge.Gateway.Composition;

/// <summary>What a device plugs into on this machine, with the relay in front of it. All but <see cref="Listen"/> and disposal belongs to the device's turn.</summary>
internal abstract class LocalPort : IAsyncDisposable
{
    /// <summary>The relay that the port is joined to.</summary>
    public abstract Relay.Relay Relay { get; }

    /// <summary>Begins to serve this machine. Once, when the turn can be run; from any thread.</summary>
    public abstract void Listen();

    /// <summary>Withdraws what it serves; the other side is told as far as possible.</summary>
    public abstract void Close();

    /// <summary>After <see cref="Close"/>: the peer has yet to take messages.</summary>
    public abstract bool IsUnderWay(RelayStatus relay);

    /// <summary>The port now.</summary>
    public abstract LocalPortReport Read(RelayStatus relay);

    /// <summary>Why the device cannot change to that configuration's services now, in one sentence; null if it can.</summary>
    public virtual string? FindServiceConflict(DeviceConfiguration wanted) => null;

    /// <summary>Offers that configuration's services from now on. Ports without any do nothing.</summary>
    public virtual void SetServices(DeviceConfiguration wanted)
    {
    }

    /// <summary>That configuration's access rules hold from now on. Ports without sockets have none.</summary>
    public virtual void SetAccess(DeviceConfiguration wanted)
    {
    }

    /// <summary>Releases everything, after the last turn.</summary>
    public abstract ValueTask DisposeAsync();
}
