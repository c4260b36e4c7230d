namespace Bridge.Relay.Tests.Simulation;

/// <summary>One bridged device: its driver and device, and the relay in front of each.</summary>
internal sealed class SimulatedPair : IDisposable
{
    private readonly string _name;
    private readonly Func<DeviceRelay> _makeDeviceRelay;

    public SimulatedPair(string name, Random random, VirtualTime time, Journal journal, bool keepsDriver = false)
    {
        _name = name;
        int driverRing = 1 << random.Next(1, 7), deviceRing = 1 << random.Next(1, 7);
        int buffer = random.Next(16) == 0 ? random.Next(65000, 200000) : random.Next(64, 1024);
        // Two descriptors can make one chain of the driver's, so half the ring is enough for transmit tokens; and any number of places works.
        int places = random.Next(1, deviceRing + 1);
        Driver = new SimulatedDriver(random, driverRing, buffer, random.Next(2) == 0) { KeepsDriver = keepsDriver, IsPatient = places % 2 == 0 };
        Device = new SimulatedDevice(random, deviceRing, buffer) { Lazy = random.Next(2) == 0 };
        DriverRelay = new DriverRelay(name, Driver, time, journal);
        _makeDeviceRelay = () => new DeviceRelay(name, Device, new PoolOptions(places, buffer + 32), time, journal);
        DeviceRelay = _makeDeviceRelay();
        var lives = new Dictionary<ulong, uint>();
        Driver.OnLifeBegins = () => lives.Add(DriverRelay.DriverLife, Driver.Life);
        Device.LifeOfDriver = () => lives[DeviceRelay.DriverLife];
        if (!keepsDriver)
            return;
        uint starts = 0;
        (Device.OwnLife, Device.Seen) = (() => ++starts, []);
    }

    public SimulatedDriver Driver { get; }

    public SimulatedDevice Device { get; }

    public DriverRelay DriverRelay { get; }

    public DeviceRelay DeviceRelay { get; private set; }

    public long SentAgain => DriverRelay.Counters.SentAgain + DeviceRelay.Counters.SentAgain;

    /// <summary>What is wrong; null while all is well.</summary>
    public string? Error =>
        Driver.Error ?? Device.Error ?? (Driver.ForcedReset is { } why ? $"{_name}: the driver was told to reset although nothing was lost: {why}" : null);

    public bool Done => Driver.Sent == Driver.Allowed && (ulong?)Device.Seen?.Count is var seen && (seen ?? Device.Received) == Driver.Sent && Driver.TransmitUsed == Driver.Sent
        && Device.Sent == Device.Allowed && Driver.Received == Device.Sent;

    public void Allow(Random random)
    {
        Driver.Allowed += (ulong)random.Next(3);
        Device.Allowed += (ulong)random.Next(3);
    }

    /// <summary>The device side's machine is rebooted: relay, window and all that the device itself knew are gone.</summary>
    public DeviceRelay Reboot()
    {
        DeviceRelay.Dispose();
        Device.Allowed = 1; // So that the driver hears of the new life.
        return DeviceRelay = _makeDeviceRelay();
    }

    public void Pump(Random random)
    {
        if (random.Next(3) > 0)
            DriverRelay.Pump();
        if (random.Next(3) > 0)
            DeviceRelay.Pump();
    }

    public void Dispose()
    {
        DeviceRelay.Dispose();
        Driver.Dispose();
    }

    public override string ToString() =>
        $"{_name}: driver sent {Driver.Sent} of {Driver.Allowed}, device got {Device.Seen?.Count ?? (int)Device.Received}, used {Driver.TransmitUsed}; device sent {Device.Sent} of {Device.Allowed}, driver got {Driver.Received}; "
        + $"relay {DriverRelay.Status}, live {DriverRelay.Live}/{DeviceRelay.Live}, in flight {DriverRelay.InFlight}/{DeviceRelay.InFlight}";
}
