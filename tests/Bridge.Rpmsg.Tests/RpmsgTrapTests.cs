using System.Text;
using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

/// <summary>The traps of the 2020 vhost-rpmsg series, 1 to 19 and the general ones, each under its number.</summary>
/// <remarks>
/// Those that cannot be met here:
/// <code>
///  3  second half: errors are exceptions, so no negative number can be taken for a descriptor; the first half is tested.
/// 11  parked channels, their memory, the pointer array on probe's stack: there is one list of endpoints and no second owner; the second DRIVER_OK is tested.
/// 13  the address service is not served (destinations are learnt from the first message), so its FREE, ASSIGN and lookups do not exist; flags, 32-byte names and messages to 54 are tested.
/// 17  interrupt context: there are no interrupts and no lock; the owner calls the bus on its own thread. Sending from callbacks is tested.
/// 20..28  the PCI endpoint's registers, commands, vectors and outbound windows: no such transport here.
/// 29..37  scratchpads, doorbell masks and windows of NTB: no such transport here. 31 (ring bases aligned) and 32 (64-bit window checks) are RpmsgRingLayout's and Bridge.Virtio's tests.
/// General: configfs link before the peer starts: there is no configfs; endpoints may be created before or after Attach.
/// </code>
/// </remarks>
public sealed partial class RpmsgTrapTests : IDisposable
{
    private const ulong Features = RpmsgFeatures.NameService | RpmsgFeatures.Flow | VirtioFeatures.Version1;

    private readonly RecordingHandler _handler = new();
    private readonly FakeRings _rings = new();
    private readonly RpmsgBus _bus;
    private readonly ForeignDriver _driver = new();

    public RpmsgTrapTests() => _bus = new RpmsgBus(new RpmsgOptions(), _handler);

    public static TheoryData<string, byte[]> BadMessages => new()
    {
        { "empty", [] },
        { "short header", Wire.Message(1, 1024, [])[..15] },
        { "length beyond buffer", Wire.Message(1, 1024, "abc"u8, length: 4) },
        { "greatest length", Wire.Message(1, 1024, "abc"u8, length: 65535) },
        { "unknown address", Wire.Message(1, 4711, "abc"u8) },
        { "destination ANY", Wire.Message(1, RpmsgAddress.Any, "abc"u8) },
        { "name service of 39 bytes", Wire.Message(1, 53, new byte[39]) },
        { "name service of 41 bytes", Wire.Message(1, 53, new byte[41]) },
        { "empty name", Wire.NameService(string.Empty, 7) },
        { "unknown withdrawal", Wire.NameService("x", 7, flags: 1) },
        { "flow of 15 bytes", Wire.Message(1, 55, new byte[15]) },
        { "flow of an unknown kind", Wire.Flow(9, 1, 2, 3) },
    };

    public void Dispose() => _driver.Dispose();

    [Fact]
    public void Trap01_NextLifeWithFewerFeatures_NothingOfTheFormerOnesRemains()
    {
        _bus.Announce(_bus.CreateEndpoint("a"));
        _bus.Attach(_rings, ulong.MaxValue);
        _bus.Detach();
        Assert.Equal(0UL, _bus.Features);
        var next = new FakeRings();

        _bus.Attach(next, VirtioFeatures.Version1);
        _bus.SendFlow(new FlowMessage(FlowKind.Open, 1, 2, 0));

        Assert.Equal(VirtioFeatures.Version1, _bus.Features);
        Assert.Empty(next.Sent);
    }

    [Fact]
    public void Trap02_BuffersRunOut_SendReturnsAtOnceFromAnywhere()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, Features);
        _rings.FreeBuffers = 0;
        Assert.False(_bus.TrySend(1024, 7, "x"u8));
        Assert.False(_bus.TrySend(1024, 7, "x"u8));
        bool? sent = null;
        _handler.Message = (_, source, payload) =>
        {
            sent = _bus.TrySend(endpoint.Address, source, payload);
            return true;
        };
        _rings.Incoming.Enqueue(Wire.Message(7, 1024, "x"u8));
        _bus.Pump(10);

        Assert.False(sent);
        Assert.True(_bus.TransmitBlocked);
    }

    [Fact]
    public void Trap03_RingThatIsBroken_IsAnExceptionAndNeverAMessage()
    {
        _bus.CreateEndpoint("a");
        _bus.Attach(_driver.Device, Features);
        _driver.PokeAvailableIndex(_driver.Transmit, 17);
        _driver.PokeAvailableIndex(_driver.Receive, 40000);

        RingFaultException receive = Assert.Throws<RingFaultException>(() => _bus.Pump(10));
        RingFaultException transmit = Assert.Throws<RingFaultException>(() => _bus.TryReserve(out _));

        Assert.Equal((RingFault.IndexJump, null, RingFault.IndexJump, null), (receive.Fault, receive.Head, transmit.Fault, transmit.Head));
        Assert.Empty(_handler.Events);
        _bus.Detach();
        Assert.False(_bus.Pump(10));
    }

    [Fact]
    public void Trap04_ChainsOfSeveralDescriptors_DoNotGrowAnything()
    {
        byte[] message = Wire.Message(1, 2, new byte[80]);
        var segments = new Segment[3];

        long allocated = AllocationTests.Measure(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                segments[i] = new Segment(ForeignDriver.Data + ((ulong)i * 300), 200);
            }

            message.CopyTo(_driver.Window.GetSpan(ForeignDriver.Data, 200));
            Assert.True(_driver.TransmitQueue.TryAdd(segments, [], 0, out _));
            Assert.True(_driver.ReceiveQueue.TryAdd([], segments, 0, out _));
            Assert.True(_driver.Device.TryReceive(out _, out int token));
            Assert.True(_driver.Device.TryReserve(out _));
            _driver.Device.Commit(512);
            _driver.Device.Release(token);
            Assert.True(_driver.TransmitQueue.TryTakeUsed(out _));
            Assert.True(_driver.ReceiveQueue.TryTakeUsed(out _));
        });

        Assert.Equal(0, allocated);
    }

    [Theory]
    [MemberData(nameof(BadMessages))]
    public void Trap05_BadMessage_IsCountedReturnedAndTheRingKeepsMoving(string what, byte[] message)
    {
        Assert.NotEmpty(what);
        using var pair = new RingPair(new RpmsgOptions(4, 128), Features);
        var deviceHandler = new RecordingHandler();
        var device = new RpmsgBus(pair.Options, deviceHandler);
        var driver = new RpmsgBus(pair.Options, _handler);
        foreach ((RpmsgBus bus, RpmsgRings own, RpmsgRings other, RecordingHandler handler) in ((RpmsgBus, RpmsgRings, RpmsgRings, RecordingHandler)[])
            [(device, pair.Device, pair.Driver, deviceHandler), (driver, pair.Driver, pair.Device, _handler)])
        {
            bus.CreateEndpoint("a");
            bus.Attach(own, Features);

            // More than there are buffers: each must have come back.
            for (int i = 0; i < 20; i++)
            {
                SendRaw(other, message);
                SendRaw(other, Wire.Message(7, 1024, [(byte)i]));
                bus.Pump(10);
            }

            Assert.Equal(Enumerable.Range(0, 20), handler.Payloads.Select(static payload => (int)payload[0]));
            RpmsgCounters counters = bus.Counters;
            Assert.Equal(20, counters.ShortHeader + counters.LengthBeyondBuffer + counters.UnknownAddress + counters.BadNameService + counters.UnknownWithdrawal + counters.BadFlow);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Trap05_ChainThatBreaksARule_IsReturnedAndTheRingKeepsMoving(int rule)
    {
        _bus.CreateEndpoint("a");
        _bus.Attach(_driver.Device, Features);
        ushort head = _driver.Send(Wire.Message(7, 1024, "bad"u8), 0, [19]);
        _driver.PokeDescriptor(_driver.Transmit, head, rule == 0 ? 0xFFFF_FFFF_FFFF_0000 : ForeignDriver.Data, 19, (ushort)(rule == 0 ? 0 : 1), head);
        _driver.Send(Wire.Message(7, 1024, "good"u8), 1024, [20]);

        _bus.Pump(10);

        Assert.Equal("good"u8, Assert.Single(_handler.Payloads));
        Assert.Equal(1, _bus.Counters.RingFaults);
        Assert.True(_driver.TransmitQueue.TryTakeUsed(out UsedElement used));
        Assert.Equal((head, 0u), (used.Head, used.Length));
    }

    [Fact]
    public void Trap06_HeaderShorterThan16Bytes_IsCountedAndBufferReturned()
    {
        _bus.CreateEndpoint("a");
        _bus.Attach(_driver.Device, Features);

        // hdr.len 65535 behind the end: length - 16 as an unsigned number would let it pass.
        byte[] message = Wire.Message(7, 1024, new byte[100], length: 65535);
        for (uint length = 1; length < 16; length++)
        {
            _driver.Send(message, 0, [length]);
            _bus.Pump(10);
            Assert.Equal(length, _bus.Counters.ShortHeader);
            Assert.True(_driver.TransmitQueue.TryTakeUsed(out UsedElement used));
            Assert.Equal(length, used.Length);
        }

        Assert.Empty(_handler.Events);
    }

    [Fact]
    public void Trap06_ReportedLengthShorterThan16Bytes_IsCountedAndBufferLentAgain()
    {
        using var pair = new RingPair(new RpmsgOptions(1, 64), Features);
        _bus.CreateEndpoint("a");
        _bus.Attach(pair.Driver, Features);
        var device = new DeviceQueue(pair.Window, pair.Driver.Receive, RingPair.RingOptions(Features));
        var chain = new Chain();
        for (uint length = 0; length < 16; length++)
        {
            Assert.True(device.TryTake(chain));
            device.Push(chain.Head, length);
            _bus.Pump(10);
            Assert.Equal(length + 1, _bus.Counters.ShortHeader);
        }

        Assert.True(device.HasAvailable);
    }

    [Fact]
    public void Trap06_EveryLengthOfHeaderAgainstEveryLengthOfMessage_IsTakenOnlyIfItFits()
    {
        _bus.CreateEndpoint("a");
        _bus.Attach(_rings, Features);
        for (int bytes = 0; bytes <= 40; bytes++)
        {
            for (int length = 0; length <= 40; length++)
            {
                _handler.Payloads.Clear();
                _rings.Incoming.Enqueue(Wire.Message(7, 1024, new byte[bytes], length));
                _bus.Pump(10);
                Assert.Equal(length <= bytes, _handler.Payloads.Count == 1 && _handler.Payloads[0].Length == length);
            }
        }

        Assert.Equal(41 * 41, _rings.Released.Count);
    }

    [Fact]
    public void Trap07_ChainTakenAndNotUsed_ServesTheNextMessage()
    {
        _bus.Attach(_driver.Device, Features);
        _driver.Lend(0, 512);
        Assert.True(_bus.TryReserve(out _)); // given up
        Assert.Throws<ArgumentException>(() => _bus.TrySend(1, RpmsgAddress.Any, "x"u8));
        Assert.Throws<ArgumentException>(() => _bus.TrySend(1, 2, new byte[497]));
        Assert.True(_bus.TrySend(1, 2, "x"u8));
        Assert.True(_driver.ReceiveQueue.TryTakeUsed(out UsedElement used));
        Assert.Equal(17u, used.Length);
    }

    [Fact]
    public void Trap07_TransmitChainOutsideTheWindow_IsReturnedAndTheNextIsTaken()
    {
        _bus.Attach(_driver.Device, Features);
        _driver.Lend(0, 512);
        _driver.PokeDescriptor(_driver.Receive, 0, ForeignDriver.Address + ForeignDriver.Size - 100, 512, 2, 0);
        _driver.Lend(1024, 512);

        Assert.True(_bus.TrySend(1, 2, "x"u8));

        Assert.Equal(1, _bus.Counters.RingFaults);
        Assert.True(_driver.ReceiveQueue.TryTakeUsed(out UsedElement bad));
        Assert.True(_driver.ReceiveQueue.TryTakeUsed(out UsedElement good));
        Assert.Equal((0u, 17u), (bad.Length, good.Length));
    }

    [Theory]
    [InlineData(Features)]
    [InlineData(Features | VirtioFeatures.EventIndex)]
    public void Trap08_TwoMessagesBetweenTheLastLookAndArming_AreBothFound(ulong features)
    {
        using var pair = new RingPair(features: features);
        _bus.CreateEndpoint("a");
        _bus.Attach(pair.Device, features);
        Assert.False(_bus.Pump(10));
        SendRaw(pair.Driver, Wire.Message(7, 1024, "1"u8));
        SendRaw(pair.Driver, Wire.Message(7, 1024, "2"u8));

        Assert.True(_bus.Arm());
        _bus.Pump(10);

        Assert.Equal("12", string.Concat(_handler.Payloads.Select(Encoding.ASCII.GetString)));
        Assert.False(_bus.Arm());
    }

    [Theory]
    [InlineData(Features)]
    [InlineData(Features | VirtioFeatures.EventIndex)]
    public void Trap09_BufferFreedBetweenTheRefusalAndArming_IsFound(ulong features)
    {
        using var pair = new RingPair(new RpmsgOptions(1), features);
        var device = new RpmsgBus(pair.Options, new RecordingHandler());
        device.Attach(pair.Device, features);
        _bus.Attach(pair.Driver, features);
        Assert.True(_bus.TrySend(1, 2, "x"u8));
        Assert.False(_bus.TrySend(1, 2, "y"u8));
        device.Pump(10);

        Assert.True(_bus.Arm());
        Assert.True(_bus.Pump(10));
        Assert.True(_bus.TrySend(1, 2, "y"u8));
    }

    [Fact]
    public void Trap10_UsedLength_IsTheMessageOnQueue0AndTheDescriptorOnQueue1()
    {
        using var pair = new RingPair(features: Features);
        var device = new RpmsgBus(pair.Options, new RecordingHandler());
        device.Attach(pair.Device, Features);
        _bus.Attach(pair.Driver, Features);

        Assert.True(device.TrySend(1, 2, "hello"u8));
        Assert.True(_bus.TrySend(1, 2, "hello you"u8));
        device.Pump(10);

        Assert.Equal((0u, 16u + 5), pair.Used(pair.Driver.Receive, 0));
        Assert.Equal((0u, 16u + 9), pair.Used(pair.Driver.Transmit, 0));
        Assert.Equal((1, 1), (pair.UsedIndex(pair.Driver.Receive), pair.UsedIndex(pair.Driver.Transmit)));
    }

    private static void SendRaw(RpmsgRings rings, byte[] message)
    {
        Assert.True(rings.TryReserve(out Span<byte> buffer));
        message.CopyTo(buffer);

        // Fewer than 16 bytes cannot be committed: whoever sends those is not these rings. A length beyond the message stands for the same.
        if (message.Length < 16)
        {
            buffer[12..14].Fill(0xFF);
            rings.Commit(16);
        }
        else
        {
            rings.Commit(message.Length);
        }
    }
}
