using System.Net;
using System.Numerics;
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
    private IDeviceRelay? _relay;

    /// <summary>Takes the device's directory and makes its services' sockets; <see cref="Listen"/> begins to serve them.</summary>
    /// <param name="options">What to present.</param>
    /// <param name="wake">Runs the device's turn: <see cref="DeviceTurn.Run"/>.</param>
    /// <param name="log">For this device.</param>
    /// <param name="time">For the pace of logs and retries.</param>
    /// <exception cref="ArgumentException">The options have errors; the message lists them.</exception>
    /// <exception cref="RunDirectoryException">The directory cannot be used.</exception>
    public SocketsDevicePort(SocketsOptions options, Action wake, ILogger log, TimeProvider? time = null)
    {
        (_options, _wake, _log) = (options, wake, log);
        _sockets = new LocalSockets(options, wake, time ?? TimeProvider.System, log);
        int entries = (int)BitOperations.RoundUpToPowerOf2((uint)options.Rpmsg.BufferCount);
        Offer = new DeviceOffer(
            DeviceTable.Rpmsg,
            VendorId: 0,
            VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | RpmsgFeatures.NameService
                | (options.Flow ? RpmsgFeatures.Flow : 0) | (options.AddressService ? RpmsgFeatures.AddressService : 0),
            ConfigurationGeneration: 0,
            Configuration: ReadOnlyMemory<byte>.Empty,
            QueueSizes: [entries, entries]);
    }

    /// <inheritdoc/>
    public DeviceOffer Offer { get; }

    /// <summary>Begins to serve applications, on a thread named after the device. Once, when <c>wake</c> can be called.</summary>
    public void Listen() => _sockets.Start();

    /// <inheritdoc/>
    public void Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay)
    {
        _relay = relay;
        try
        {
            RingOptions ring = new(
                EventIndex: (features & VirtioFeatures.EventIndex) != 0,
                Indirect: (features & VirtioFeatures.IndirectDescriptors) != 0,
                LittleEndian: (features & VirtioFeatures.Version1) != 0 || BitConverter.IsLittleEndian);
            RpmsgDeviceRings rings = new(window, new DeviceQueue(window, queues[0], ring), new DeviceQueue(window, queues[1], ring), _options.Rpmsg);
            _sockets.Attach(rings, features, relay.OnUsed);
            SocketsLog.Running(_log, _options.Device, DeviceTable.Find(DeviceTable.Rpmsg).Describe(features));
        }
        catch (RingFaultException fault)
        {
            OnFault(fault);
        }

        _wake();
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

    /// <summary>What the port looks like now.</summary>
    public SocketsStatus ReadStatus() => _sockets.ReadStatus();

    /// <summary>Withdraws and closes everything; the other side is told if the ring has room. Nothing is served afterwards.</summary>
    public void Close() => _sockets.Close();

    /// <summary>Releases everything. After the device's turn has run for the last time; from any thread but the port's own.</summary>
    public ValueTask DisposeAsync() => _sockets.DisposeAsync();

    private void OnFault(RingFaultException fault)
    {
        _sockets.Counters.RingFaults++;
        SocketsLog.RingFault(_log, _options.Device, fault.Message);
        _sockets.Detach();
        _relay?.NeedsReset(fault.Message);
    }
}
