using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// A device port whose device is a vhost-user back end on this machine (qemu-storage-daemon, DPDK, any program): this side is its front end. The device is offered when a
/// back end has said what it is, and from then on. A back end that is lost is awaited, while the driver sees a pause, and its successor is given what the lost one had.
/// </summary>
/// <remarks>
/// The members of <see cref="IDevicePort"/>, <see cref="ReadStatus"/> and <see cref="Close"/> belong to the device's turn. Nothing here waits: a back end that is told to stop
/// goes on in memory of the ended life until it has stopped, and is given nothing new before.
/// </remarks>
public sealed class VhostUserDevicePort : IDevicePort, IAsyncDisposable
{
    // VHOST_F_LOG_ALL and the bit for protocol features are no features of the device.
    private const ulong NotTheDevices = 1UL << 26 | BackEnd.ProtocolFeaturesBit;

    private readonly VhostUserDeviceOptions _options;
    private readonly Action _wake;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly PollThread _poll;
    private readonly DeviceRow _row;
    private readonly int _queues;

    private readonly ConfigurationWrites _writes = new();

    private FileDescriptor? _memory;
    private ulong _memoryLength;
    private DeviceLife? _life;
    private IDeviceRelay? _relay;
    private BackEndConnection? _connection;
    private Acquaintance? _backEnd;
    private long? _triedAt;
    private string? _lastFault, _waitsBecause;
    private uint _writesGiven;
    private bool _closed, _isWriting;

    /// <summary>Makes the port. Nothing is connected to before <see cref="Listen"/>.</summary>
    /// <param name="options">Which back end, as what.</param>
    /// <param name="wake">Runs the device's turn: <see cref="DeviceTurn.Run"/>.</param>
    /// <param name="log">For this device.</param>
    /// <param name="time">For retries and the patience with silent back ends.</param>
    /// <exception cref="NotSupportedException">The device table has no such device; the message says why.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The type has not so many queues, or a ring cannot have that size.</exception>
    public VhostUserDevicePort(VhostUserDeviceOptions options, Action wake, ILogger log, TimeProvider? time = null)
    {
        (_options, _wake, _time, _log) = (options, wake, time ?? TimeProvider.System, log);
        _row = DeviceTable.Find(options.DeviceId);
        _queues = options.Queues ?? _row.Queues;
        if (_queues < _row.Queues)
            throw new ArgumentOutOfRangeException(nameof(options), _queues, $"{options.Device}: a {_row.Name} device has at least {_row.Queues} queues");
        if (!RingLayout.IsValidSize(options.QueueSize))
            throw new ArgumentOutOfRangeException(nameof(options), options.QueueSize, $"{options.Device}: a ring has a power of two of entries, up to {RingLayout.MaximumSize}");
        _poll = new PollThread(options.Device, wake, _time, log);
    }

    /// <inheritdoc/>
    public DeviceOffer? Offer { get; private set; }

    /// <summary>What was counted.</summary>
    public VhostUserDeviceCounters Counters { get; } = new();

    /// <summary>Begins to look for the back end, on a thread named after the device. Once, when <c>wake</c> can be called.</summary>
    public void Listen() => _poll.Start();

    /// <inheritdoc/>
    public WindowMemory CreateMemory(ulong size)
    {
        _memory?.Dispose();
        _memory = MemoryFile.Create($"rpmsg-bridge-{_options.Device}", size, sealable: true);
        _memoryLength = size;
        // Mapping seals it against shrinking: a back end cannot take it away under this side.
        MappedFile mapping = MappedFile.Map(MemoryFile.Duplicate(_memory), 0, size);
        return new ForeignMemory(mapping.Address, mapping.Size, mapping);
    }

    /// <inheritdoc/>
    public void Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay)
    {
        _relay = relay;
        FileDescriptor memory = _memory ?? throw new InvalidOperationException("the window is not in memory of this port");
        _memory = null;
        _life = new DeviceLife(features, window, queues, relay, memory, _memoryLength, _poll, Counters);
        _wake();
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _life?.Stop(_connection, _backEnd?.HasEnable ?? false);
        _life?.Dispose();
        (_life, _relay) = (null, null);
        _writes.Clear();
        _writesGiven = 0;
        if (!_closed)
            _wake();
    }

    /// <inheritdoc/>
    public bool WriteConfiguration(int offset, ReadOnlySpan<byte> bytes)
    {
        // While no back end is there the next one is expected to be like the last.
        if (Offer is not { } offer || _backEnd is { IsComplete: true, HasConfiguration: false } || !_writes.TryAdd(offset, bytes))
            return false;
        byte[] space = offer.Configuration.ToArray();
        bytes.CopyTo(space.AsSpan(offset));
        Offer = offer with { Configuration = space };
        // Requests that the driver makes after its write find it done.
        _relay?.Suspend();
        _wake();
        return true;
    }

    /// <inheritdoc/>
    public void OnAvailable(int queue)
    {
        Counters.Kicks++;
        _life?.Kick(queue);
    }

    /// <inheritdoc/>
    public bool Pump()
    {
        _poll.DispatchReady();
        if (_closed)
            return false;
        if (_connection is null)
            TryConnect();
        bool more = PumpBackEnd();
        // Nobody rings when a back end appears, or keeps silent.
        _poll.SetRecheck(_connection is not { } connection || connection.IsAwaiting);
        return more;
    }

    /// <summary>What the port looks like now.</summary>
    public VhostUserDeviceStatus ReadStatus() => new(
        _options.SocketPath, Offer is not null, _connection?.Peer.ProcessId, _connection is { IsAwaiting: false } connection && _life is { } life && life.IsHeldBy(connection),
        _life?.HasInflightRegion ?? false, _lastFault, Counters);

    /// <summary>Leaves the back end. Nothing is done afterwards.</summary>
    public void Close()
    {
        _closed = true;
        Disconnect();
    }

    /// <summary>Releases everything. After the device's turn has run for the last time; from any thread but the port's own.</summary>
    public async ValueTask DisposeAsync()
    {
        await _poll.StopAsync();
        Close();
        _life?.Dispose();
        (_life, _relay) = (null, null);
        _memory?.Dispose();
        _poll.Dispose();
    }

    private void TryConnect()
    {
        if (_triedAt is { } at && _time.GetElapsedTime(at) < _options.RetryInterval)
            return;
        _triedAt = _time.GetTimestamp();
        try
        {
            _connection = new BackEndConnection(DescriptorSocket.Connect(_options.SocketPath), _poll, _time, _options.Patience);
            _poll.Add(_connection, PollEvents.In | PollEvents.ReadHangUp);
            _backEnd = new Acquaintance(_connection, _row, _options, _poll, Counters);
            Counters.Connections++;
            VhostUserDeviceLog.Connected(_log, _options.Device, _connection.Peer.ProcessId, _connection.Peer.UserId);
            _waitsBecause = null;
        }
        catch (LinuxException absent)
        {
            // Said once for each reason: nothing listens there yet, which is a normal state.
            if (_waitsBecause != absent.Message)
                VhostUserDeviceLog.Waits(_log, _options.Device, _options.SocketPath, absent.Message);
            _waitsBecause = absent.Message;
        }
    }

    private bool PumpBackEnd()
    {
        if (_connection is not { } connection || _backEnd is not { } backEnd)
            return false;
        try
        {
            bool more = backEnd.Pump();
            if (!connection.Pump())
            {
                Counters.Disconnections++;
                VhostUserDeviceLog.Disconnected(_log, _options.Device, _life is null ? "" : ", with what a running driver has asked of it");
                Disconnect();
                return false;
            }

            if (backEnd.IsComplete)
                Use(connection, backEnd);
            return more;
        }
        catch (Exception fault) when (fault is BackEndFaultException or LinuxException)
        {
            Counters.Faults++;
            if (_lastFault != fault.Message)
                VhostUserDeviceLog.Faulted(_log, _options.Device, fault.Message);
            _lastFault = fault.Message;
            Disconnect();
            return false;
        }
    }

    /// <summary>The back end has said what it is: offers it, and gives it the life that is on.</summary>
    private void Use(BackEndConnection connection, Acquaintance backEnd)
    {
        Compare(backEnd);
        if (_life is not { } life || life.IsHeldBy(connection))
            return;
        string resumed = life.HandTo(connection, backEnd);
        VhostUserDeviceLog.HandedOver(_log, _options.Device, life.Count, life.MemoryLength >> 20, resumed);
        // What was put into the socket's queue is sent now.
        _wake();
    }

    /// <summary>What the driver has written in this life and this back end has not got.</summary>
    private void GiveWrites(Acquaintance backEnd)
    {
        if (_writes.Last == _writesGiven)
            return;
        while (_writes.Next(_writesGiven) is { } write)
        {
            _writesGiven = write.Number;
            if (backEnd.HasConfiguration)
                backEnd.Write(write.Offset, write.Bytes.Span, () => RefuseWrite(write.Offset, write.Bytes.Length));
            else
                RefuseWrite(write.Offset, write.Bytes.Length);
        }

        _isWriting = true;
        _wake();
    }

    /// <summary>What it has instead is found when the space is read again, and told to the driver.</summary>
    private void RefuseWrite(int offset, int length)
    {
        Counters.RefusedWrites++;
        VhostUserDeviceLog.WriteRefused(_log, _options.Device, length, offset);
    }

    /// <summary>The first back end settles what the device is; of a later one only the configuration may differ.</summary>
    /// <exception cref="BackEndFaultException">It is another device.</exception>
    private void Compare(Acquaintance backEnd)
    {
        ulong features = backEnd.Features & ~NotTheDevices;
        if (_queues == _row.Queues)
            features &= ~_row.MultipleQueues;
        if (Offer is not { } offer)
        {
            if (backEnd.Queues is { } count && count < (ulong)_queues)
                throw new BackEndFaultException($"it has {count} queues, {_queues} are needed: configure fewer, or give it more");
            Offer = new DeviceOffer(_row.Id, VendorId: 0, features, ConfigurationGeneration: 0, backEnd.Configuration, [.. Enumerable.Repeat(_options.QueueSize, _queues)]);
            VhostUserDeviceLog.Offered(_log, _options.Device, _row.Id, _queues, backEnd.Configuration.Length);
            return;
        }

        ulong missing = (_life?.Features ?? (offer.Features & (_row.Features | VirtioFeatures.EventIndex))) & ~features;
        if (missing != 0)
            throw new BackEndFaultException($"it lacks features that were offered before: {_row.Describe(missing)}; use a back end like the first one, or restart the gateway");
        if (backEnd.Queues is { } queues && queues < (ulong)_queues)
            throw new BackEndFaultException($"it has {queues} queues, {_queues} were offered before");
        GiveWrites(backEnd);
        if (!backEnd.IsConfigurationCurrent)
            return;
        if (_isWriting)
        {
            _isWriting = false;
            _relay?.Resume();
        }

        if (backEnd.Configuration.Span.SequenceEqual(offer.Configuration.Span))
            return;
        Counters.ConfigurationChanges++;
        Offer = offer with { ConfigurationGeneration = offer.ConfigurationGeneration + 1, Configuration = backEnd.Configuration };
        _relay?.OnOfferChanged();
    }

    private void Disconnect()
    {
        if (_connection is { } connection)
            _life?.OnLost(connection);
        _backEnd?.Dispose();
        _connection?.Dispose();
        (_backEnd, _connection, _triedAt) = (null, null, _time.GetTimestamp());
        (_writesGiven, _isWriting) = (0, false);
    }
}
