using Bridge.Link;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>Messages cross both relays, both inboxes and both outputs without an allocation, once everything has grown.</summary>
public sealed class RelayAllocationTests
{
    private const int Messages = 10_000;

    [Fact]
    public async Task Messages_BothWays_AllocateNothing()
    {
        await using var bridge = new Joined();
        for (int i = 0; i < 2000; i++)
            bridge.Exchange();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Messages; i++)
            bridge.Exchange();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((Messages + 2000, Messages + 2000), (bridge.ToDevice, bridge.ToDriver));
        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task Messages_LongerThanAFrame_AllocateNothing()
    {
        await using var bridge = new Joined(length: 100_000);
        for (int i = 0; i < 200; i++)
            bridge.Exchange();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 500; i++)
            bridge.Exchange();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((700, 700), (bridge.ToDevice, bridge.ToDriver));
    }

    /// <summary>Both hosts on one thread; the outputs' bytes go from one to the other as the pumps and readers of a link would carry them.</summary>
    private sealed class Joined : IAsyncDisposable
    {
        private readonly FakeDriver _driver = new(1 << 21);
        private readonly FakeDevice _device = new(8, 8);
        private readonly DeviceHost _driverSide, _deviceSide;
        private readonly LaneOutput _fromDriver = new(1, 1), _fromDevice = new(1, 1);
        private readonly FrameParser _toDriver = new(), _toDevice = new();
        private readonly Segment _sent, _received;
        private readonly Chain _chain = new();
        private readonly uint _length;

        public Joined(uint length = 200)
        {
            _length = length;
            var log = new CapturedLog();
            var relay = new DriverRelay("dev", _driver, TimeProvider.System, log);
            _driverSide = new DeviceHost(relay, TimeProvider.System, log);
            _deviceSide = new DeviceHost(new DeviceRelay("dev", _device, new PoolOptions(0, (int)length + 32), TimeProvider.System, log), TimeProvider.System, log);
            _toDriver.Join(1, 1);
            _toDevice.Join(1, 1);
            ((ILaneHandler)_driverSide).OnLaneUp(_fromDriver);
            ((ILaneHandler)_deviceSide).OnLaneUp(_fromDevice);
            Carry();
            relay.Reset();
            _driverSide.Turn.Run();
            Carry();
            Assert.Equal(1, _driver.ResetsDone);
            _driver.Start();
            (_sent, _received) = (_driver.Buffer(length), _driver.Buffer(length));
            _driverSide.Turn.Run();
            Carry();
            Assert.Equal(1, _device.Starts);
        }

        public int ToDevice { get; private set; }

        public int ToDriver { get; private set; }

        /// <summary>One message each way.</summary>
        public void Exchange()
        {
            _driver.Doorbells.Clear(); // The fakes' own notes must not grow.
            _device.Doorbells.Clear();
            _driver.Queues[0].TryAdd([], [_received], 0, out _);
            _driver.Queues[1].TryAdd([_sent], [], 0, out _);
            _driverSide.Turn.Run();
            Carry();
            if (_device.Queues[0].TryTake(_chain))
                _device.Queues[0].Push(_chain.Head, _length);
            if (_device.Queues[1].TryTake(_chain))
                _device.Queues[1].Push(_chain.Head, 0);
            _deviceSide.Turn.Run();
            Carry();
            while (_driver.Queues[0].TryTakeUsed(out UsedElement used))
                ToDriver += used.Length == _length ? 1 : 0;
            while (_driver.Queues[1].TryTakeUsed(out _))
                ToDevice++;
        }

        public async ValueTask DisposeAsync()
        {
            await _driverSide.DisposeAsync();
            await _deviceSide.DisposeAsync();
            _driver.Dispose();
        }

        private void Carry()
        {
            bool moved = true;
            while (moved)
                moved = Carry(_fromDriver, _toDevice, _deviceSide) | Carry(_fromDevice, _toDriver, _driverSide);
        }

        private static bool Carry(LaneOutput output, FrameParser parser, ILaneHandler handler)
        {
            if (!output.TryTake(out ReadOnlyMemory<byte> taken))
                return false;
            ReadOnlySpan<byte> bytes = taken.Span;
            while (parser.TryRead(ref bytes, out FrameHeader header, out ReadOnlySpan<byte> payload))
                handler.OnFrame(header, payload);
            output.Release();
            handler.OnBatchEnd();
            return true;
        }
    }
}
