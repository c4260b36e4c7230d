using System.Net;
using System.Numerics;
using Bridge.Ports.Sockets.Access;
using Bridge.Ports.Sockets.Kept;
using Bridge.Relay;
using Bridge.Rpmsg;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets;

/// <summary>A device port whose rpmsg device is this gateway itself; channels and services are presented to applications as sockets.</summary>
/// <remarks>
/// The members of <see cref="IDevicePort"/>, <see cref="ReadStatus"/> and <see cref="Close"/> belong to the device's turn. What they cause is done in the next
/// <see cref="Pump"/>, which the port asks for by itself.
/// </remarks>
public sealed class SocketsDevicePort : IDevicePort, IAsyncDisposable
{
    private readonly SocketsOptions _options;
    private readonly Action _wake;
    private readonly ILogger _log;
    private readonly LocalSockets _sockets;
    private readonly LifeFile? _lives;
    private KeptLife? _life;
    private IDeviceRelay? _relay;

    /// <summary>Takes the device's directory and makes its services' sockets; <see cref="Listen"/> begins to serve them.</summary>
    /// <param name="options">What to present.</param>
    /// <param name="wake">Runs the device's turn: <see cref="DeviceTurn.Run"/>.</param>
    /// <param name="log">For this device.</param>
    /// <param name="time">For the pace of logs and retries.</param>
    /// <param name="store">Where applications' sockets outlive this process; null: nowhere.</param>
    /// <exception cref="ArgumentException">The options have errors; the message lists them.</exception>
    /// <exception cref="RunDirectoryException">The directory cannot be used.</exception>
    public SocketsDevicePort(SocketsOptions options, Action wake, ILogger log, TimeProvider? time = null, IDescriptorStore? store = null)
    {
        (_options, _wake, _log) = (options, wake, log);
        _sockets = new LocalSockets(options, wake, time ?? TimeProvider.System, log, store);
        int entries = (int)BitOperations.RoundUpToPowerOf2((uint)options.Rpmsg.BufferCount);
        Offer = new DeviceOffer(
            DeviceTable.Rpmsg,
            VendorId: 0,
            VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | RpmsgFeatures.NameService
                | (options.Flow ? RpmsgFeatures.Flow : 0) | (options.AddressService ? RpmsgFeatures.AddressService : 0),
            ConfigurationGeneration: 0,
            Configuration: ReadOnlyMemory<byte>.Empty,
            QueueSizes: [entries, entries]);
        if (!options.Keeps)
        {
            return;
        }

        _lives = new LifeFile(_sockets.KeptPath, options.Device, log);
        Recovered = _life = KeptLife.Recover(_lives, RelaySide.Device, options.Device, DeviceRelay.WindowBase, PortOptions.Of(options), log, _sockets.PredecessorsLife);
        if (Recovered is null)
        {
            _sockets.Abandon();
        }
    }

    /// <inheritdoc/>
    public DeviceOffer Offer { get; }

    /// <inheritdoc/>
    public KeptLife? Recovered { get; }

    /// <summary>Begins to serve applications, on a thread named after the device. Once, when <c>wake</c> can be called.</summary>
    public void Listen() => _sockets.Start();

    /// <inheritdoc/>
    public KeptLife? BeginLife(ulong windowSize, ulong records)
    {
        _life = null;
        if (_lives is null)
        {
            return null;
        }

        try
        {
            return _life = KeptLife.Begin(_lives, records, DeviceRelay.WindowBase, windowSize, PortOptions.Of(_options));
        }
        catch (IOException full)
        {
            SocketsLog.LifeNotKept(_log, _options.Device, full.Message);
            return null;
        }
    }

    /// <inheritdoc/>
    public void Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay)
    {
        _relay = relay;
        try
        {
            _sockets.Attach(Rings(features, window, queues, default, default), features, relay.OnUsed, _life is { HasEnded: false } ? relay.DriverLife : 0);
            SocketsLog.Running(_log, _options.Device, DeviceTable.Find(DeviceTable.Rpmsg).Describe(features));
        }
        catch (RingFaultException fault)
        {
            OnFault(fault);
        }

        _wake();
    }

    /// <inheritdoc/>
    public void Recover(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay)
    {
        _relay = relay;
        try
        {
            bool littleEndian = RingOptionsOf(features).LittleEndian;
            ushort transmit = RingIndices.Read(window, queues[0], littleEndian).Used, receive = RingIndices.Read(window, queues[1], littleEndian).Used;
            _sockets.Resume(Rings(features, window, queues, transmit, receive), features, relay.OnUsed);
        }
        catch (RingFaultException fault)
        {
            OnFault(fault);
        }
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _sockets.Detach();
        _relay = null;
        SocketsLog.Stopped(_log, _options.Device);
    }

    /// <inheritdoc/>
    public void OnAvailable(int queue) => _wake();

    /// <inheritdoc/>
    public bool Pump()
    {
        try
        {
            if (Recovered is { HasEnded: true })
            {
                // The relay cannot go on with it.
                _sockets.Abandon();
            }

            return _sockets.Pump();
        }
        catch (RingFaultException fault)
        {
            OnFault(fault);
            return false;
        }
    }

    /// <summary>TCP addresses on which stream connections are awaited, with the ports that were given for port 0. From any thread.</summary>
    public IReadOnlyList<IPEndPoint> TcpAddresses => _sockets.TcpAddresses;

    /// <summary>Why these cannot replace <see cref="SocketsOptions.Services"/> now, in one sentence; null if they can.</summary>
    public string? FindServiceConflict(IReadOnlyList<ServiceOptions> services) => _sockets.Services.FindConflict(services);

    /// <summary>Replaces <see cref="SocketsOptions.Services"/>: those that stay are not interrupted. See <see cref="FindServiceConflict"/>.</summary>
    /// <exception cref="RpmsgException">An address is taken.</exception>
    public void SetServices(IReadOnlyList<ServiceOptions> services)
    {
        _sockets.Services.Set(services);
        _wake();
    }

    /// <summary>Replaces <see cref="SocketsOptions.Access"/>. Conversations that the new rules allow are not interrupted; what they hide ends.</summary>
    public void SetAccess(IReadOnlyList<AccessRule> rules)
    {
        _sockets.SetAccess(rules);
        _wake();
    }

    /// <summary>What the port looks like now.</summary>
    public SocketsStatus ReadStatus() => _sockets.ReadStatus();

    /// <summary>Withdraws and closes everything; the other side is told if the ring has room. Nothing is served afterwards.</summary>
    public void Close() => _sockets.Close();

    /// <summary>Releases everything. After the device's turn has run for the last time; from any thread but the port's own.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sockets.DisposeAsync();
        // A successor goes on with it.
        _life?.Dispose();
    }

    private static RingOptions RingOptionsOf(ulong features) => new(
        EventIndex: (features & VirtioFeatures.EventIndex) != 0,
        Indirect: (features & VirtioFeatures.IndirectDescriptors) != 0,
        LittleEndian: (features & VirtioFeatures.Version1) != 0 || BitConverter.IsLittleEndian);

    /// <summary>A chain that was taken and not given back is taken again: the rings go on where used elements end.</summary>
    private RpmsgDeviceRings Rings(ulong features, Window window, IReadOnlyList<RingLayout> queues, ushort transmit, ushort receive)
    {
        RingOptions ring = RingOptionsOf(features);
        return new RpmsgDeviceRings(
            window, new DeviceQueue(window, queues[0], ring, transmit, transmit), new DeviceQueue(window, queues[1], ring, receive, receive), _options.Rpmsg);
    }

    /// <summary>For tests: ends as a killed process does, without a word to anybody.</summary>
    internal async ValueTask KillAsync()
    {
        await _sockets.KillAsync();
        _life?.Dispose();
        Recovered?.Dispose();
    }

    private void OnFault(RingFaultException fault)
    {
        _sockets.Counters.RingFaults++;
        SocketsLog.RingFault(_log, _options.Device, fault.Message);
        _sockets.Detach();
        _relay?.NeedsReset(fault.Message);
    }
}
