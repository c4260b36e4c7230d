using Bridge.Ports.Sockets;
using Bridge.Relay;
using Bridge.Rpmsg;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.CrossConnect;

/// <summary>A cross-connect as one driver sees it: an rpmsg device. Belongs to the device's turn.</summary>
internal sealed class CrossConnectSide : IDevicePort
{
    private readonly CrossConnectOptions _options;
    private readonly CrossConnection _connection;
    private readonly string _driver;
    private readonly Action _wake;
    private readonly ILogger _log;
    // Lines that a driver can cause: a few a second, and the counters have them all.
    private readonly LogPace _names, _drops;
    private IDeviceRelay? _relay;
    private ulong _features;
    // RingFaults of earlier lives: each life's rings count for themselves.
    private long _faultsBefore;

    public CrossConnectSide(CrossConnectOptions options, CrossConnection connection, string driver, Action wake, TimeProvider time, ILogger log)
    {
        (_options, _connection, _driver, _wake, _log) = (options, connection, driver, wake, log);
        Names = new NameTable(options.Rpmsg.MaximumAnnouncements);
        (_names, _drops) = (new LogPace(time, linesPerSecond: 10), new LogPace(time));
        int entries = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)options.Rpmsg.BufferCount);
        Offer = new DeviceOffer(
            DeviceTable.Rpmsg,
            VendorId: 0,
            VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | RpmsgFeatures.NameService,
            ConfigurationGeneration: 0,
            Configuration: ReadOnlyMemory<byte>.Empty,
            QueueSizes: [entries, entries]);
    }

    public DeviceOffer Offer { get; }

    /// <summary>The driver's rings; null while it does not run.</summary>
    public RpmsgDeviceRings? Rings { get; private set; }

    /// <summary>The driver understands name service messages.</summary>
    public bool SpeaksNames => (_features & RpmsgFeatures.NameService) != 0;

    public bool LittleEndian => (_features & VirtioFeatures.Version1) != 0 || BitConverter.IsLittleEndian;

    /// <summary>What the driver has announced.</summary>
    public NameTable Names { get; }

    public CrossConnectCounters Counters { get; } = new();

    public void Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay)
    {
        (_features, _relay) = (features, relay);
        try
        {
            RingOptions ring = new(
                EventIndex: (features & VirtioFeatures.EventIndex) != 0,
                Indirect: (features & VirtioFeatures.IndirectDescriptors) != 0,
                LittleEndian: LittleEndian);
            Rings = new RpmsgDeviceRings(window, new DeviceQueue(window, queues[0], ring), new DeviceQueue(window, queues[1], ring), _options.Rpmsg);
            CrossConnectLog.Running(_log, _options.Device, _driver, DeviceTable.Find(DeviceTable.Rpmsg).Describe(features), _connection.NamesFor(this));
        }
        catch (RingFaultException fault)
        {
            OnFault(fault);
        }

        _wake();
    }

    public void Stop()
    {
        Detach();
        _relay = null;
    }

    public void OnAvailable(int queue) => _wake();

    /// <summary>Nothing by itself: the two sides are pumped together.</summary>
    public bool Pump() => false;

    /// <summary>Rings for what was published since the last call.</summary>
    public void Notify()
    {
        if (Rings is not { } rings)
            return;
        int queues = rings.TakeNotifications();
        for (int queue = 0; queues >> queue != 0; queue++)
        {
            if ((queues & (1 << queue)) != 0)
                _relay!.OnUsed(queue);
        }

        Counters.RingFaults = _faultsBefore + rings.Counters.RingFaults + rings.Counters.BufferTooSmall;
    }

    /// <summary>The ring itself is broken: this life is over.</summary>
    public void OnFault(RingFaultException fault)
    {
        CrossConnectLog.RingFault(_log, _options.Device, _driver, fault.Message);
        Detach();
        Counters.RingFaults = ++_faultsBefore;
        _relay?.NeedsReset(fault.Message);
    }

    /// <summary>The driver says that a service exists, or that it has gone.</summary>
    public void OnNameService(ReadOnlySpan<byte> payload)
    {
        if (!NameServiceMessage.TryRead(payload, LittleEndian, out NameServiceMessage message, out bool unterminated))
        {
            Counters.BadNameService++;
            return;
        }

        Counters.UnterminatedName += unterminated ? 1 : 0;
        AnnouncedName name = new(message.Name, message.Address);
        if (message.IsDestroy)
            Withdraw(name);
        else
            Announce(name);
    }

    /// <summary>A message was dropped: nobody has the other end.</summary>
    public void OnNoDriver()
    {
        Counters.NoDriver++;
        if (_drops.MayLog())
            CrossConnectLog.NoDriver(_log, _options.Device, _driver, Counters.NoDriver);
    }

    /// <summary>A message was dropped: the other driver's buffer is too small.</summary>
    public void OnTooLong()
    {
        Counters.TooLong++;
        if (_drops.MayLog())
            CrossConnectLog.TooLong(_log, _options.Device, _driver, Counters.TooLong);
    }

    private void Announce(AnnouncedName name)
    {
        if (Names.IsAlive(name))
        {
            Counters.DuplicateAnnouncement++;
        }
        else if (Names.IsFull)
        {
            Counters.TooManyAnnouncements++;
        }
        else
        {
            Counters.Announced++;
            Names.Announce(name);
            if (_names.MayLog())
                CrossConnectLog.Announced(_log, _options.Device, _driver, name.Name, name.Address);
        }
    }

    private void Withdraw(AnnouncedName name)
    {
        if (!Names.IsAlive(name))
        {
            Counters.UnknownWithdrawal++;
            return;
        }

        Counters.Withdrawn++;
        Names.Withdraw(name);
        if (_names.MayLog())
            CrossConnectLog.Withdrawn(_log, _options.Device, _driver, name.Name, name.Address);
    }

    private void Detach()
    {
        if (Rings is not { } rings)
            return;
        Counters.RingFaults = _faultsBefore += rings.Counters.RingFaults + rings.Counters.BufferTooSmall;
        int names = Names.Alive.Count(), lost = _connection.OnStopped(this);
        Counters.Withdrawn += names;
        (Rings, _features) = (null, 0);
        CrossConnectLog.Stopped(_log, _options.Device, _driver, names, lost);
    }
}
