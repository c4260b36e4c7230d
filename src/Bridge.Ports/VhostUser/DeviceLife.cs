using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Bridge.Virtio;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// One life of the device, from DRIVER_OK to reset: what the back end at hand is given, and its successor again if it is lost:
/// <code>
///                    region at hand, and the successor knows regions: the same rings, from used.idx; it finds in the region what it is to repeat
///   back end lost --&lt;
///                    else: the rings are made anew from the relay's table, from 0
/// </code>
/// </summary>
/// <remarks>Belongs to the device's turn.</remarks>
internal sealed class DeviceLife : IDisposable
{
    private readonly ulong _features;
    private readonly Window _window;
    private readonly IReadOnlyList<RingLayout> _layouts;
    private readonly IDeviceRelay _relay;
    private readonly FileDescriptor _memory;
    private readonly ulong _memoryLength;
    private readonly VhostUserDeviceCounters _counters;
    private readonly DeviceVring[] _vrings;
    private FileDescriptor? _inflight;
    private InflightRegion _region;
    private BackEndConnection? _holder;
    private bool _wasHeld, _ended;

    /// <summary>Takes over the memory's descriptor.</summary>
    public DeviceLife(
        ulong features, Window window, IReadOnlyList<RingLayout> layouts, IDeviceRelay relay, FileDescriptor memory, ulong memoryLength, PollThread poll, VhostUserDeviceCounters counters)
    {
        (_features, _window, _layouts, _relay, _memory, _memoryLength, _counters) = (features, window, layouts, relay, memory, memoryLength, counters);
        _vrings = [.. layouts.Select((layout, index) => new DeviceVring(index, layout, relay, poll, counters))];
    }

    /// <summary>What the driver accepted.</summary>
    public ulong Features => _features;

    /// <summary>Bytes of the memory table.</summary>
    public ulong MemoryLength => _memoryLength;

    /// <summary>Rings lent.</summary>
    public int Count => _vrings.Length;

    /// <summary>The back end keeps a region.</summary>
    public bool HasInflightRegion => _inflight is not null;

    /// <summary>That back end has been given this life, or is being given it.</summary>
    public bool IsHeldBy(BackEndConnection connection) => _holder == connection;

    /// <summary>Gives the life to a back end. What it is: for the log.</summary>
    public string HandTo(BackEndConnection connection, Acquaintance backEnd)
    {
        bool knowsRegions = (backEnd.Protocol & ProtocolFeatures.InflightDescriptor) != 0;
        bool byRegion = _wasHeld && _inflight is not null && knowsRegions, byTable = _wasHeld && !byRegion;
        if (byTable)
        {
            _inflight?.Dispose();
            _inflight = null;
            _relay.Restart();
        }
        else if (byRegion)
        {
            _relay.Resume();
        }

        _counters.ResumedByRegion += byRegion ? 1 : 0;
        _counters.ResumedByTable += byTable ? 1 : 0;
        (_holder, _wasHeld) = (connection, true);
        byte[] number = new byte[Number.Size];
        Number.Write(number, _features | (backEnd.Features & BackEnd.ProtocolFeaturesBit));
        connection.Tell(FrontEndRequest.SetFeatures, number);
        // Its user addresses are the addresses of the window, as user-mode Linux does it.
        var region = new MemoryRegion(DeviceRelay.WindowBase, _memoryLength, DeviceRelay.WindowBase, 0);
        connection.Tell(FrontEndRequest.SetMemoryTable, region.WriteTable(), _memory);
        if (!knowsRegions)
            SetVrings(connection, backEnd, byRegion: false);
        else if (byRegion)
            SetRegion(connection, backEnd, byRegion: true);
        else
            AskRegion(connection, backEnd);
        return byRegion ? ", to go on by its in-flight region" : byTable ? ", to begin anew with what the lost one had" : "";
    }

    /// <summary>The back end that had it is lost: what the driver asks from now on waits for the next one.</summary>
    public void OnLost(BackEndConnection connection)
    {
        if (IsHeldBy(connection))
            _relay.Suspend();
    }

    /// <summary>Available doorbell.</summary>
    public void Kick(int queue) => _vrings[queue].Kick();

    /// <summary>Ends the life: the back end is told to stop, and answers when it has. The memory is its own until then, whatever becomes of it here.</summary>
    public void Stop(BackEndConnection? connection, bool hasEnable)
    {
        _ended = true;
        if (connection is null || !IsHeldBy(connection))
            return;
        foreach (DeviceVring vring in _vrings)
        {
            if (hasEnable)
                vring.Enable(connection, on: false);
            vring.Stop(connection);
        }
    }

    public void Dispose()
    {
        _ended = true;
        foreach (DeviceVring vring in _vrings)
            vring.Dispose();
        _inflight?.Dispose();
        _memory.Dispose();
    }

    private void AskRegion(BackEndConnection connection, Acquaintance backEnd)
    {
        var wanted = new InflightRegion(0, 0, (ushort)_vrings.Length, (ushort)_layouts.Max(layout => layout.Size));
        connection.Ask(FrontEndRequest.GetInflightDescriptor, wanted.Write(), (payload, descriptors) =>
        {
            if (_ended)
                return; // Stopped meanwhile: its rings were never set.
            _region = InflightRegion.Read(payload) with { Queues = wanted.Queues, QueueSize = wanted.QueueSize };
            if (descriptors.Count != 1 || _region.Length == 0)
                throw new BackEndFaultException($"an in-flight region of {_region.Length} bytes with {descriptors.Count} descriptors");
            _inflight = descriptors[0];
            descriptors.Clear();
            SetRegion(connection, backEnd, byRegion: false);
        });
    }

    private void SetRegion(BackEndConnection connection, Acquaintance backEnd, bool byRegion)
    {
        connection.Tell(FrontEndRequest.SetInflightDescriptor, _region.Write(), _inflight!);
        SetVrings(connection, backEnd, byRegion);
    }

    private void SetVrings(BackEndConnection connection, Acquaintance backEnd, bool byRegion)
    {
        bool littleEndian = (_features & VirtioFeatures.Version1) != 0 || BitConverter.IsLittleEndian;
        for (int i = 0; i < _vrings.Length; i++)
            _vrings[i].Set(connection, byRegion ? RingIndices.Read(_window, _layouts[i], littleEndian).Used : (ushort)0);
        if (!backEnd.HasEnable)
            return;
        foreach (DeviceVring vring in _vrings)
            vring.Enable(connection, on: true);
    }
}
