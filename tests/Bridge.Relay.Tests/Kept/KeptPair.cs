using Bridge.Relay.Tests.Simulation;
using Microsoft.Extensions.Logging;

namespace Bridge.Relay.Tests.Kept;

/// <summary>One bridged device whose two processes may be killed, each with its relay, its port and its kept memory.</summary>
internal sealed class KeptPair : IDisposable
{
    private readonly string _name;
    private readonly Random _random;
    private readonly VirtualTime _time;
    private readonly ILogger _driverLog, _deviceLog;
    private readonly int _driverRing, _deviceRing, _places;
    private readonly List<IDisposable> _dead = [];

    public KeptPair(string name, Random random, VirtualTime time, ILogger driverLog, ILogger deviceLog, int? bufferSize = null)
    {
        (_name, _random, _time, _driverLog, _deviceLog) = (name, random, time, driverLog, deviceLog);
        (_driverRing, _deviceRing) = (1 << random.Next(1, 7), 1 << random.Next(1, 7));
        BufferSize = bufferSize ?? (random.Next(32) == 0 ? random.Next(65000, 140000) : random.Next(64, 1024));
        (_places, EventIndex) = (random.Next(1, _deviceRing + 1), random.Next(2) == 0);
        (Driver, DriverRelay) = MakeDriver();
        (Device, DeviceRelay) = MakeDevice();
    }

    /// <summary>As it is configured when a side begins.</summary>
    public int BufferSize { get; set; }

    /// <summary>As it is configured when the driver side begins.</summary>
    public bool EventIndex { get; set; }

    /// <summary>Another feature that the device has when it begins.</summary>
    public ulong Feature { get; set; }

    public HeapLifeStore DriverStore { get; private set; } = new();

    public HeapLifeStore DeviceStore { get; private set; } = new();

    public KeptDriver Driver { get; private set; }

    public KeptDevice Device { get; private set; }

    public DriverRelay DriverRelay { get; private set; }

    public DeviceRelay DeviceRelay { get; private set; }

    /// <summary>Both sides keep this life: from here on nothing may end it.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Lives that ended although no driver asked for it.</summary>
    public int LivesLost { get; private set; }

    /// <summary>Killed with chains or used elements under way.</summary>
    public int KilledInFlight { get; private set; }

    public string? Error => Driver.Error ?? Device.Error
        ?? (IsSettled && Driver.ForcedReset is { } why ? $"{_name}: the driver was told to reset although both sides keep the life: {why}" : null);

    public bool Done => Driver.Sent == Driver.Allowed && Device.Sent == Device.Allowed && Device.Received == Driver.Sent && Driver.Received == Device.Sent && Driver.IsQuiet;

    public void Allow()
    {
        Driver.Allowed += (ulong)_random.Next(3);
        Device.Allowed += (ulong)_random.Next(3);
    }

    /// <summary>Takes note of how far this life is.</summary>
    public void Look()
    {
        if (IsSettled || !DriverStore.HasLife || !DeviceStore.HasLife || Driver.Received + Device.Received == 0 || DriverRelay.DriverLife != DeviceRelay.DriverLife)
            return;
        IsSettled = true;
        LivesLost += Driver.ForcedReset is null ? 0 : 1;
        Driver.ForgetReset();
    }

    /// <summary>The driver side's process is killed and begins again.</summary>
    /// <param name="change">What becomes of the memory meanwhile; null: nothing.</param>
    public DriverRelay KillDriver(Action<HeapLifeStore>? change = null)
    {
        KilledInFlight += DriverRelay.InFlight > 0 ? 1 : 0;
        (ulong life, ulong allowed, bool kept) = (DriverRelay.DriverLife, Driver.Allowed, IsSettled);
        _dead.Add(DriverStore);
        DriverStore = DriverStore.Successor();
        change?.Invoke(DriverStore);
        (Driver, DriverRelay) = MakeDriver();
        Driver.Allowed = allowed;
        if (DriverRelay.DriverLife != life && change is null)
            Lost(kept);
        return DriverRelay;
    }

    /// <summary>The device side's process is killed and begins again.</summary>
    /// <param name="change">What becomes of the memory meanwhile; null: nothing.</param>
    public DeviceRelay KillDevice(Action<HeapLifeStore>? change = null)
    {
        KilledInFlight += DeviceRelay.InFlight > 0 ? 1 : 0;
        (ulong life, ulong allowed, bool kept) = (DeviceRelay.DriverLife, Device.Allowed, IsSettled);
        _dead.Add(DeviceStore);
        DeviceStore = DeviceStore.Successor();
        change?.Invoke(DeviceStore);
        (Device, DeviceRelay) = MakeDevice();
        Device.Allowed = allowed;
        if (DeviceRelay.DriverLife != life && change is null)
            Lost(kept);
        return DeviceRelay;
    }

    public void Dispose()
    {
        foreach (IDisposable dead in _dead)
            dead.Dispose();
        DriverStore.Dispose();
        DeviceStore.Dispose();
    }

    public override string ToString() =>
        $"{_name}: driver sent {Driver.Sent} of {Driver.Allowed}, device got {Device.Received}; device sent {Device.Sent} of {Device.Allowed}, driver got {Driver.Received}; "
        + $"relay {DriverRelay.Status}, live {DriverRelay.Live}/{DeviceRelay.Live}, in flight {DriverRelay.InFlight}/{DeviceRelay.InFlight}";

    private void Lost(bool kept)
    {
        Assert.False(kept, $"{_name}: a life that both sides kept was lost{Environment.NewLine}{_driverLog}");
        LivesLost++;
    }

    private (KeptDriver Driver, DriverRelay Relay) MakeDriver()
    {
        var driver = new KeptDriver(_name, _random, DriverStore, _driverRing, BufferSize, EventIndex, _driverLog);
        return (driver, new DriverRelay(_name, driver, _time, _driverLog));
    }

    private (KeptDevice Device, DeviceRelay Relay) MakeDevice()
    {
        var device = new KeptDevice(_name, _random, DeviceStore, _deviceRing, BufferSize, Feature, _deviceLog);
        return (device, new DeviceRelay(_name, device, new PoolOptions(_places, BufferSize + 32), _time, _deviceLog));
    }
}
