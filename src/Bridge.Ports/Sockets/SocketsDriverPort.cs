using System.Net;
using System.Numerics;
using Bridge.Ports.Sockets.Access;
using Bridge.Ports.Sockets.Kept;
using Bridge.Relay;
using Bridge.Rpmsg;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets;

/// <summary>
/// A driver port whose driver is this gateway itself: it initialises the remote rpmsg device as a driver does (virtio 1.2, 3.1.1), owns rings and buffers, and
/// presents channels and services to applications as sockets.
/// </summary>
/// <remarks>
/// The members of <see cref="IDriverPort"/>, <see cref="ReadStatus"/> and <see cref="Close"/> belong to the device's turn. What they cause is done in the next
/// <see cref="Pump"/>, which the port asks for by itself.
/// </remarks>
public sealed partial class SocketsDriverPort : IDriverPort, IAsyncDisposable
{
    // Not 0, so that an address that somebody forgot to set is outside; a multiple of the legacy ring's alignment.
    private const ulong MemoryAddress = 0x1_0000;

    private const ulong Wanted = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | RpmsgFeatures.NameService;

    private readonly SocketsOptions _options;
    private readonly Action _wake;
    private readonly ILogger _log;
    private readonly LocalSockets _sockets;
    private readonly LifeFile? _lives;

    // What the rings of the present life lie in: the one or the other.
    private KeptLife? _life;
    private HeapMemory? _memory;

    private RpmsgDriverRings? _rings;
    private DeviceOffer? _offer;
    private IDriverRelay? _relay;
    private DriverState _state;
    private ulong _features;
    private string _refusal = "";

    /// <summary>Takes the device's directory and makes its services' sockets; <see cref="Listen"/> begins to serve them.</summary>
    /// <param name="options">What to present.</param>
    /// <param name="wake">Runs the device's turn: <see cref="DeviceTurn.Run"/>.</param>
    /// <param name="log">For this device.</param>
    /// <param name="time">For the pace of logs and retries.</param>
    /// <param name="store">Where applications' sockets outlive this process; null: nowhere.</param>
    /// <exception cref="ArgumentException">The options have errors; the message lists them.</exception>
    /// <exception cref="RunDirectoryException">The directory cannot be used.</exception>
    public SocketsDriverPort(SocketsOptions options, Action wake, ILogger log, TimeProvider? time = null, IDescriptorStore? store = null)
    {
        (_options, _wake, _log) = (options, wake, log);
        _sockets = new LocalSockets(options, wake, time ?? TimeProvider.System, log, store);
        if (!options.Keeps)
        {
            return;
        }

        _lives = new LifeFile(_sockets.KeptPath, options.Device, log);
        Recovered = KeptLife.Recover(_lives, RelaySide.Driver, options.Device, MemoryAddress, PortOptions.Of(options), log, _sockets.PredecessorsLife);
        if (Recovered is null)
        {
            _sockets.Abandon();
        }
    }

    /// <inheritdoc/>
    public KeptLife? Recovered { get; }

    /// <summary>How far the driver is.</summary>
    public DriverState State => _state;

    /// <summary>Begins to serve applications, on a thread named after the device. Once, when <c>wake</c> can be called.</summary>
    public void Listen() => _sockets.Start();

    /// <inheritdoc/>
    public void OnOffer(DeviceOffer offer, IDriverRelay relay)
    {
        (_offer, _relay) = (offer, relay);
        Happened(DriverEvent.Offered);
    }

    /// <inheritdoc/>
    public void OnRecovered(DeviceOffer offer, IDriverRelay relay)
    {
        (_offer, _relay, _life, _features) = (offer, relay, Recovered, Recovered!.RingFeatures);
        try
        {
            _rings = RpmsgDriverRings.Recover(_life!.Window, MemoryAddress, RingsOptions(offer), _features, relay.ReadOutstanding(1));
            _sockets.Resume(_rings, _features, relay.OnAvailable);
            _state = DriverState.Running;
        }
        catch (RingFaultException fault)
        {
            _sockets.Counters.RingFaults++;
            SocketsLog.RingFault(_log, _options.Device, fault.Message);
            _state = DriverState.Resetting;
            relay.Reset();
        }
    }

    /// <inheritdoc/>
    public void OnResetDone() => Happened(DriverEvent.ResetDone);

    /// <inheritdoc/>
    public void OnNeedsReset(string why)
    {
        SocketsLog.NeedsReset(_log, _options.Device, why);
        TakeUnused();
        Happened(DriverEvent.NeedsReset);
    }

    /// <inheritdoc/>
    public void OnUsed(int queue) => _wake();

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
            _sockets.Counters.RingFaults++;
            SocketsLog.RingFault(_log, _options.Device, fault.Message);
            Happened(DriverEvent.NeedsReset);
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
        _memory?.Dispose();
        // A successor goes on with it.
        _life?.Dispose();
    }

    /// <summary>For tests: ends as a killed process does, without a word to anybody.</summary>
    internal async ValueTask KillAsync()
    {
        await _sockets.KillAsync();
        _memory?.Dispose();
        _life?.Dispose();
        Recovered?.Dispose();
    }

    private void Happened(DriverEvent happened)
    {
        while (happened != DriverEvent.None)
        {
            DriverState next = DriverInitialization.Next(_state, happened);
            if (next == _state)
            {
                return;
            }

            _state = next;
            happened = Enter(next, _relay!, _offer!);
        }

        // Doorbells and status must still be brought to the other side.
        _wake();
    }

    private DriverEvent Enter(DriverState state, IDriverRelay relay, DeviceOffer offer)
    {
        switch (state)
        {
            case DriverState.Resetting:
                _rings = null;
                _sockets.Detach();
                relay.Reset();
                return DriverEvent.None;
            case DriverState.Acknowledging:
                relay.SetStatus(DeviceStatus.Acknowledge);
                return DriverEvent.Done;
            case DriverState.Driving:
                relay.SetStatus(relay.Status | DeviceStatus.Driver);
                return DriverEvent.Done;
            case DriverState.Accepting:
                return Accept(relay, offer);
            case DriverState.Confirming:
                return Confirm(relay);
            case DriverState.SettingUp:
                return SetUp(relay, offer);
            case DriverState.Running:
                SocketsLog.Running(_log, _options.Device, DeviceTable.Find(DeviceTable.Rpmsg).Describe(_features));
                return DriverEvent.None;
            default:
                relay.SetStatus(relay.Status | DeviceStatus.Failed);
                SocketsLog.DriverFailed(_log, _options.Device, _refusal);
                return DriverEvent.None;
        }
    }

    private DriverEvent Accept(IDriverRelay relay, DeviceOffer offer)
    {
        if (offer.DeviceId != DeviceTable.Rpmsg)
        {
            return Refuse($"virtio device {offer.DeviceId} is not rpmsg ({DeviceTable.Rpmsg})");
        }

        if (offer.QueueSizes.Count < 2 || offer.QueueSizes[0] < 1 || offer.QueueSizes[1] < 1)
        {
            return Refuse("the device does not offer two queues");
        }

        _features = offer.Features & (Wanted | (_options.Flow ? RpmsgFeatures.Flow : 0) | (_options.AddressService ? RpmsgFeatures.AddressService : 0));
        relay.SetFeatures(_features);
        return DriverEvent.Done;
    }

    private DriverEvent Confirm(IDriverRelay relay)
    {
        if ((_features & VirtioFeatures.Version1) == 0)
        {
            // A legacy device has no FEATURES_OK (virtio 1.2, 3.1.2).
            return DriverEvent.Done;
        }

        relay.SetStatus(relay.Status | DeviceStatus.FeaturesOk);
        return (relay.Status & DeviceStatus.FeaturesOk) != 0
            ? DriverEvent.Done
            : Refuse($"the device does not accept {DeviceTable.Find(DeviceTable.Rpmsg).Describe(_features)}");
    }

    private DriverEvent SetUp(IDriverRelay relay, DeviceOffer offer)
    {
        RpmsgOptions options = RingsOptions(offer);
        Window window = MakeWindow(options);
        RpmsgDriverRings rings = new(window, MemoryAddress, options, _features);
        relay.SetQueue(0, window, rings.Receive);
        relay.SetQueue(1, window, rings.Transmit);
        if (_life is { } life)
        {
            relay.KeepLife(life);
        }

        relay.SetStatus(relay.Status | DeviceStatus.DriverOk);
        // Linux tells vq0 once after DRIVER_OK; some devices wait for just that.
        relay.OnAvailable(0);
        _rings = rings;
        GiveUnused(rings);
        _sockets.Attach(rings, _features, relay.OnAvailable, _life is { HasEnded: false } ? relay.DriverLife : 0);
        return DriverEvent.Done;
    }

    private RpmsgOptions RingsOptions(DeviceOffer offer) => _options.Rpmsg with
    {
        BufferCount = Math.Min(_options.Rpmsg.BufferCount, Math.Min(offer.QueueSizes[0], offer.QueueSizes[1])),
    };

    /// <summary>Memory for one life: of its own where it is to outlive this process, else always the same.</summary>
    private Window MakeWindow(RpmsgOptions options)
    {
        _life?.Dispose();
        _life = null;
        ulong size = RpmsgDriverRings.RequiredMemory(options);
        if (_lives is not null)
        {
            try
            {
                int entries = (int)BitOperations.RoundUpToPowerOf2((uint)options.BufferCount);
                _life = KeptLife.Begin(_lives, KeptLife.DriverRecords(entries, entries), MemoryAddress, size, PortOptions.Of(_options));
                return _life.Window;
            }
            catch (IOException full)
            {
                SocketsLog.LifeNotKept(_log, _options.Device, full.Message);
            }
        }

        _memory ??= new HeapMemory(RpmsgDriverRings.RequiredMemory(_options.Rpmsg));
        return new Window(new WindowRegion(MemoryAddress, _memory));
    }

    private DriverEvent Refuse(string why)
    {
        _refusal = why;
        return DriverEvent.Refused;
    }
}
