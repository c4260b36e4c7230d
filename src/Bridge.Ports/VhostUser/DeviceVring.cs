using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Bridge.Virtio;

namespace Bridge.Ports.VhostUser;

/// <summary>One ring that is lent to back ends, with its two doorbells; both outlive a back end. Belongs to the device's turn.</summary>
internal sealed class DeviceVring : PollTarget, IDisposable
{
    private readonly int _index;
    private readonly RingLayout _layout;
    private readonly IDeviceRelay _relay;
    private readonly PollThread _poll;
    private readonly VhostUserDeviceCounters _counters;
    private readonly EventFd _kick = new();
    private readonly EventFd _call = new();

    public DeviceVring(int index, RingLayout layout, IDeviceRelay relay, PollThread poll, VhostUserDeviceCounters counters)
    {
        (_index, _layout, _relay, _poll, _counters) = (index, layout, relay, poll, counters);
        poll.Add(this, PollEvents.In);
    }

    public override FileDescriptor Descriptor => _call.Descriptor;

    public override void OnReady(PollEvents events)
    {
        _call.Take();
        _counters.Calls++;
        _relay.OnUsed(_index);
        _poll.Arm(this, PollEvents.In);
    }

    /// <summary>Chains are available.</summary>
    public void Kick() => _kick.Signal();

    /// <summary>Says where the ring is and from where it is to be served; enabled last, when all rings are set.</summary>
    public void Set(BackEndConnection connection, ushort @base)
    {
        Span<byte> payload = stackalloc byte[VringAddress.Size];
        Tell(connection, FrontEndRequest.SetVringNum, (uint)_layout.Size);
        Tell(connection, FrontEndRequest.SetVringBase, @base);
        new VringAddress((uint)_index, _layout.Descriptors, _layout.Used, _layout.Available).Write(payload);
        connection.Tell(FrontEndRequest.SetVringAddress, payload);
        Number.Write(payload, (ulong)_index);
        connection.Tell(FrontEndRequest.SetVringCall, payload[..Number.Size], _call.Descriptor);
        // Already rung: chains may be waiting.
        _kick.Signal();
        connection.Tell(FrontEndRequest.SetVringKick, payload[..Number.Size], _kick.Descriptor);
    }

    /// <summary>SET_VRING_ENABLE.</summary>
    public void Enable(BackEndConnection connection, bool on) => Tell(connection, FrontEndRequest.SetVringEnable, on ? 1u : 0u);

    /// <summary>GET_VRING_BASE: the answer says that the back end does not touch the ring any more.</summary>
    public void Stop(BackEndConnection connection)
    {
        Span<byte> payload = stackalloc byte[VringState.Size];
        new VringState((uint)_index, 0).Write(payload);
        connection.Ask(FrontEndRequest.GetVringBase, payload, static (_, _) => { });
    }

    public void Dispose()
    {
        _poll.Remove(this);
        _kick.Dispose();
        _call.Dispose();
    }

    private void Tell(BackEndConnection connection, FrontEndRequest request, uint number)
    {
        Span<byte> payload = stackalloc byte[VringState.Size];
        new VringState((uint)_index, number).Write(payload);
        connection.Tell(request, payload);
    }
}
