using System.Text;
using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

// Traps 17 to 19 and the general ones: callbacks, floods, teardown, new lives.
public sealed partial class RpmsgTrapTests
{
    [Fact]
    public void Trap17_BothSidesSendFromCallbacksWithoutBuffers_NobodyWaitsAndAllArrives()
    {
        using var pair = new RingPair(new RpmsgOptions(1), Features);
        var deviceHandler = new RecordingHandler();
        var device = new RpmsgBus(pair.Options, deviceHandler);
        device.CreateEndpoint("b");
        _bus.CreateEndpoint("a");
        _bus.Attach(pair.Driver, Features);
        device.Attach(pair.Device, Features);

        // Each side answers every message from inside the callback, and holds the message until the answer is on its way.
        _handler.Message = (to, source, payload) => _bus.TrySend(to.Address, source, payload);
        deviceHandler.Message = (to, source, payload) => device.TrySend(to.Address, source, payload);
        Assert.True(_bus.TrySend(1024, 1024, "to device"u8));
        Assert.True(device.TrySend(1024, 1024, "to driver"u8));

        // The two answers meet: each side holds its message, and no buffer is left. Both callbacks have returned, so one application that takes its message frees both.
        _bus.Pump(1);
        device.Pump(1);
        Assert.True(_bus.Held && device.Held);
        _handler.Message = null;
        for (int i = 0; i < 10; i++)
        {
            _bus.Pump(10);
            device.Pump(10);
        }

        Assert.False(_bus.Held || device.Held);
        Assert.Contains("to device", _handler.Payloads.Select(Encoding.ASCII.GetString));
    }

    [Fact]
    public void Trap17_CallbackCreatesDestroysAnnouncesAndSends_NoDeadlock()
    {
        _bus.CreateEndpoint("a");
        _bus.Attach(_rings, Features);
        _handler.Message = (_, source, _) =>
        {
            RpmsgEndpoint created = _bus.CreateEndpoint("made");
            _bus.Announce(created);
            Assert.True(_bus.TrySend(created.Address, source, "x"u8));
            _bus.SendFlow(new FlowMessage(FlowKind.Open, created.Address, source, 0));
            _bus.DestroyEndpoint(created);
            return true;
        };
        _handler.Announced = (_, address) => Assert.True(_bus.TrySend(1024, address, "hi"u8));
        _rings.Incoming.Enqueue(Wire.Message(9, 1024, "x"u8));
        _rings.Incoming.Enqueue(Wire.NameService("s", 7));
        _bus.Pump(10);
        Assert.Equal(["+made@1025", "1025>9 x", "flow Open 1025 9 0", "-made@1025", "1024>7 hi"], Wire.Describe(_rings));
    }

    [Fact]
    public void Trap18_FloodToUnknownAddresses_IsOnlyCounted()
    {
        _bus.Attach(_rings, Features);
        byte[] message = Wire.Message(1, 4711, "x"u8);
        for (int i = 0; i < 100_000; i++)
        {
            _rings.Incoming.Enqueue(message);
        }

        while (_bus.Pump(1000))
        {
        }

        Assert.Equal(100_000, _bus.Counters.UnknownAddress);
        Assert.Equal(100_000, _rings.Released.Count);
        Assert.Empty(_handler.Events);
    }

    [Fact]
    public void Trap19_EndpointDestroyedInItsCallback_GetsNothingMore()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, Features);
        for (int i = 0; i < 5; i++)
        {
            _rings.Incoming.Enqueue(Wire.Message(9, endpoint.Address, [(byte)i]));
        }

        _handler.Message = (to, _, payload) =>
        {
            if (payload[0] == 1)
            {
                _bus.DestroyEndpoint(to);
            }

            return true;
        };
        _bus.Pump(10);

        Assert.Equal(2, _handler.Payloads.Count);
        Assert.Equal(3, _bus.Counters.UnknownAddress);
        Assert.Equal(5, _rings.Released.Count);
    }

    [Fact]
    public void Trap19_EndpointDestroyedWhileItsMessageIsHeld_BufferIsReturned()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        RpmsgEndpoint other = _bus.CreateEndpoint("b");
        _bus.Attach(_rings, Features);
        _rings.Incoming.Enqueue(Wire.Message(9, endpoint.Address, "x"u8));
        _rings.Incoming.Enqueue(Wire.Message(9, other.Address, "y"u8));
        _handler.Message = (to, _, _) => to == other;
        _bus.Pump(10);
        Assert.True(_bus.Held);

        _bus.DestroyEndpoint(endpoint);
        _bus.Pump(10);

        Assert.Equal(["held 9>1024 1", "message 9>1025 1"], _handler.Events);
        Assert.Equal(2, _rings.Released.Count);
    }

    [Fact]
    public void TrapGeneral_NewLifeOverOldMemory_StartsFromZeroedRingsAtZero()
    {
        var options = new RpmsgOptions(4, 64);
        using var memory = new HeapMemory(RpmsgDriverRings.RequiredMemory(options));
        var window = new Window(new WindowRegion(0, memory));
        window.GetSpan(0, (uint)memory.Size).Fill(0xFF);
        for (int life = 0; life < 2; life++)
        {
            var driver = new RpmsgDriverRings(window, 0, options, Features);
            var ring = RingPair.RingOptions(Features);
            var device = new RpmsgDeviceRings(window, new DeviceQueue(window, driver.Receive, ring), new DeviceQueue(window, driver.Transmit, ring), options);
            Assert.Equal((new RingIndices(4, 0), new RingIndices(0, 0)), (RingIndices.Read(window, driver.Receive, true), RingIndices.Read(window, driver.Transmit, true)));
            for (byte i = 0; i < 3; i++)
            {
                SendRaw(driver, Wire.Message(1, 2, [i]));
                Assert.True(device.TryReceive(out ReadOnlySpan<byte> message, out int token));
                Assert.Equal(i, message[16]);
                device.Release(token);
                SendRaw(device, Wire.Message(1, 2, [i]));
                Assert.True(driver.TryReceive(out message, out token));
                Assert.Equal(i, message[16]);
                driver.Release(token);
            }
        }
    }

    [Fact]
    public void TrapGeneral_HeaderChangedByThePeerWhileHeld_IsCheckedAnew()
    {
        _bus.CreateEndpoint("a");
        _bus.Attach(_rings, Features);
        byte[] message = Wire.Message(9, 1024, "x"u8);
        _rings.Incoming.Enqueue(message);
        _handler.Message = static (_, _, _) => false;
        _bus.Pump(10);

        message.AsSpan(12, 2).Fill(0xFF);
        _handler.Message = null;
        _bus.Pump(10);

        Assert.Empty(_handler.Payloads);
        Assert.Equal(1, _bus.Counters.LengthBeyondBuffer);
        Assert.Single(_rings.Released);
    }

    [Fact]
    public void TrapGeneral_HeaderChangedByThePeerDuringTheCallback_ChangesNothing()
    {
        _bus.CreateEndpoint("a");
        _bus.CreateEndpoint("b");
        _bus.Attach(_rings, Features);
        byte[] message = Wire.Message(9, 1024, "abc"u8);
        _rings.Incoming.Enqueue(message);
        _handler.Message = (_, _, _) =>
        {
            message.AsSpan(0, 16).Fill(0xFF);
            return true;
        };
        _bus.Pump(10);

        Assert.Equal(["message 9>1024 3"], _handler.Events);
        Assert.Equal((1L, 3L), (_bus.Counters.Received, _bus.Counters.ReceivedBytes));
    }
}
