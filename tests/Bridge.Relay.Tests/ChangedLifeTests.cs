using Bridge.Relay.Tests.Kept;
using Bridge.Relay.Tests.Rigs;
using Bridge.Relay.Tests.Simulation;

namespace Bridge.Relay.Tests;

/// <summary>What a successor finds is not what it can go on with: the old life ends, both sides say so once, and a new one works (DESIGN 4).</summary>
[Trait("Category", "Resume")]
public sealed class ChangedLifeTests : IDisposable
{
    private const int Rounds = 20000;

    private readonly VirtualTime _time = new();
    private readonly CapturedLog _driverLog = new(), _deviceLog = new();
    private readonly KeptPair _pair;
    private LocalLane _lane;

    public ChangedLifeTests()
    {
        _pair = new KeptPair("dev", new Random(1), _time, _driverLog, _deviceLog, bufferSize: 256);
        _lane = MakeLane();
        Until(() => _pair.IsSettled && _pair.Driver.Received > 10 && _pair.Device.Received > 10);
    }

    /// <summary>By name: what is done to the memory, and what the log must say of it.</summary>
    public static TheoryData<string, string> Changes { get; } = new()
    {
        { "layout", "version" },
        { "title", "no header" },
        { "damage", "damaged" },
        { "cut", "bytes" },
        { "boot", "started anew" },
        { "ended", "had ended" },
        { "record", "belong" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void DriverSide_FindsOtherMemory_BeginsAnew(string change, string said) => DriverBeginsAnew(store => Change(store, change), said);

    [Theory]
    [MemberData(nameof(Changes))]
    public void DeviceSide_FindsOtherMemory_BeginsAnew(string change, string said)
    {
        // What the device side's records say wrongly is found in another way.
        DeviceBeginsAnew(store => Change(store, change), change == "record" ? "place" : said);
    }

    [Fact]
    public void DriverSide_LostItsMemory_BeginsAnew() => DriverBeginsAnew(static store => store.Cut(0), said: null);

    [Fact]
    public void DeviceSide_LostItsMemory_BeginsAnew() => DeviceBeginsAnew(static store => store.Cut(0), said: null);

    [Fact]
    public void DriverSide_HasOtherSizes_BeginsAnew() => DriverBeginsAnew(_ => _pair.BufferSize /= 2, "configured otherwise");

    [Fact]
    public void DeviceSide_HasOtherSizes_BeginsAnew() => DeviceBeginsAnew(_ => _pair.BufferSize *= 2, "configured otherwise");

    [Fact]
    public void DriverSide_AcceptsOtherFeatures_BeginsAnew() => DriverBeginsAnew(_ => _pair.EventIndex = !_pair.EventIndex, "configured otherwise");

    [Fact]
    public void DeviceSide_OffersOtherFeatures_BeginsAnew() => DeviceBeginsAnew(_ => _pair.Feature = 2, "offers something else");

    [Fact]
    public void DriverSide_IsTheSame_GoesOn()
    {
        ulong life = _pair.DriverRelay.DriverLife;
        _pair.KillDriver(static _ => { });
        GoOn();
        Assert.Equal(life, _pair.DriverRelay.DriverLife);
        Assert.Empty(_deviceLog.Of("EpochEnds"));
    }

    [Fact]
    public void DeviceSide_IsTheSame_GoesOn()
    {
        ulong life = _pair.DriverRelay.DriverLife;
        _pair.KillDevice(static _ => { });
        GoOn();
        Assert.Equal(life, _pair.DriverRelay.DriverLife);
        Assert.Empty(_driverLog.Of("EpochEnds"));
    }

    public void Dispose() => _pair.Dispose();

    private void DriverBeginsAnew(Action<HeapLifeStore> change, string? said)
    {
        ulong life = _pair.DriverRelay.DriverLife;
        _pair.KillDriver(change);
        GoOn();
        Assert.NotEqual(life, _pair.DriverRelay.DriverLife);
        AssertSaid(_driverLog, said);
        Assert.Contains("another life", Assert.Single(_deviceLog.Of("EpochEnds")), StringComparison.Ordinal);
    }

    private void DeviceBeginsAnew(Action<HeapLifeStore> change, string? said)
    {
        ulong life = _pair.DriverRelay.DriverLife;
        _pair.KillDevice(change);
        GoOn();
        Assert.NotEqual(life, _pair.DriverRelay.DriverLife);
        AssertSaid(_deviceLog, said);
        Assert.Single(_driverLog.Of("EpochEnds"));
    }

    private static void AssertSaid(CapturedLog log, string? said)
    {
        if (said is null)
            Assert.Empty(log.Of("LifeNotRecovered"));
        else
            Assert.Contains(said, Assert.Single(log.Of("LifeNotRecovered")), StringComparison.Ordinal);
    }

    private static void Change(HeapLifeStore store, string change)
    {
        const int VersionAt = 8, BodyAt = 30, EndedAt = 16 << 10, RecordsAt = 32 << 10;
        switch (change)
        {
            case "layout":
                store.Bytes[VersionAt]++;
                break;
            case "title":
                store.Bytes[0]++;
                break;
            case "damage":
                store.Bytes[BodyAt] ^= 1;
                break;
            case "cut":
                store.Cut(100);
                break;
            case "boot":
                store.Boot = Guid.NewGuid();
                break;
            case "ended":
                store.Bytes[EndedAt] = 1;
                break;
            default:
                // Behind what the two sides have in common in their first records: entries of chains that are there in any case.
                store.Bytes.Slice(RecordsAt + 16, 64).Fill(0x5A);
                break;
        }
    }

    /// <summary>On a new lane, until all that is said has arrived.</summary>
    private void GoOn()
    {
        _lane = MakeLane();
        Until(() => _pair.Driver.Received > 20 && _pair.Device.Received > 20);
        Until(() => _pair.Done, isQuiet: true);
    }

    private LocalLane MakeLane() => new("dev", _pair.DriverRelay, _pair.DeviceRelay, _time, _driverLog);

    private void Until(Func<bool> condition, bool isQuiet = false)
    {
        for (int round = 0; round < Rounds; round++)
        {
            if (condition())
                return;
            _time.Advance(TimeSpan.FromMilliseconds(1));
            _lane.Pump();
            _pair.Look();
            Assert.Null(_pair.Driver.Error ?? _pair.Device.Error);
            if (_pair.Done && !isQuiet)
                (_pair.Driver.Allowed, _pair.Device.Allowed) = (_pair.Driver.Allowed + 3, _pair.Device.Allowed + 3);
        }

        Assert.Fail($"not within {Rounds} rounds: {_pair}{Environment.NewLine}{string.Join(Environment.NewLine, _driverLog.Lines.Concat(_deviceLog.Lines).Select(line => line.Text))}");
    }
}
