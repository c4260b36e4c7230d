using Bridge.Link;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Relay.Tests;

/// <summary>Both sides of a device in one process, joined by a lane in memory.</summary>
public sealed class LocalLaneTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly FakeDriver _driver = new();
    private readonly FakeDevice _device = new(8, 8);
    private readonly DriverRelay _driverRelay;
    private readonly DeviceRelay _deviceRelay;
    private readonly LocalLane _lane;

    public LocalLaneTests()
    {
        _driverRelay = new DriverRelay("d", _driver, _time, NullLogger.Instance);
        _deviceRelay = new DeviceRelay("d", _device, new PoolOptions(), _time, NullLogger.Instance);
        _lane = new LocalLane("d", _driverRelay, _deviceRelay, _time, NullLogger.Instance);
    }

    [Fact]
    public void Pump_Chains_GoToTheDeviceAndBack()
    {
        Pump();
        Assert.Single(_driver.Offers);
        _driver.Start();
        LentChain sent = _driver.Lend(1, [16], []), lent = _driver.Lend(0, [], [32]);
        Pump();

        Assert.Equal(_driver.Read(sent.Readable[0]), _device.Read(_device.Take(1)!));
        byte[] written = PeerFrames.Bytes(32);
        _device.Use(0, _device.Take(0)!, written);
        Pump();
        Assert.True(_driver.Queues[0].TryTakeUsed(out UsedElement used));
        Assert.Equal(32u, used.Length);
        Assert.Equal(written, _driver.Read(lent.Writable[0]));
    }

    [Fact]
    public void Pump_DriverResets_IsDoneWithoutWaiting()
    {
        Pump();
        _driver.Start();
        Pump();
        _driver.Relay!.Reset();
        Pump();

        Assert.Equal((1, 1), (_driver.ResetsDone, _device.Stops));
        _driver.Start();
        Pump();
        Assert.Equal(2, _device.Starts);
    }

    [Fact]
    public void Pump_FaultBetweenTheSides_IsTriedAgainAfterAPauseAndNothingIsLost()
    {
        Pump();
        _driver.Start();
        Pump();
        uint epoch = _driverRelay.ReadStatus().Epoch;
        // The device side has forgotten on which connection it is.
        _deviceRelay.LaneUp(new LaneOutput(1, 99));
        LentChain sent = _driver.Lend(1, [16], []);
        Pump();
        Assert.Equal(1, _driverRelay.Counters.ProtocolFaults);
        Assert.False(_driverRelay.Live);
        Assert.Null(_device.Take(1));

        _time.Advance(TimeSpan.FromSeconds(1));
        Pump();
        Assert.Equal((1, epoch), (_driverRelay.Counters.ProtocolFaults, _driverRelay.ReadStatus().Epoch));
        Assert.Equal(_driver.Read(sent.Readable[0]), _device.Read(_device.Take(1)!));
        Assert.Null(_device.Take(1));
    }

    public void Dispose()
    {
        _deviceRelay.Dispose();
        _driver.Dispose();
    }

    private void Pump()
    {
        for (int i = 0; _lane.Pump(); i++)
            Assert.True(i < 1000, "the lane always has more to do");
    }
}
