using Bridge.Virtio;

namespace Bridge.Relay.Tests.Rigs;

/// <summary>A driver port whose rings and buffers a test fills by hand, well or badly.</summary>
internal sealed class FakeDriver : IDriverPort, IDisposable
{
    public const ulong Base = 0x4000_0000;
    public const DeviceStatus Running = DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk | DeviceStatus.DriverOk;

    // Rings and buffers never share a part, so that a snapshot tells which of them changed.
    private const ulong RingRoom = 0x1000;

    private readonly HeapMemory _memory;
    private readonly ulong _size;
    private ulong _buffers;

    public FakeDriver(ulong size = 1 << 20)
    {
        _size = size;
        _memory = new HeapMemory(size);
        Window = new Window(new WindowRegion(Base, _memory));
    }

    public Window Window { get; }

    public IDriverRelay? Relay { get; private set; }

    public List<DeviceOffer> Offers { get; } = [];

    public List<int> Doorbells { get; } = [];

    public List<string> ResetDemands { get; } = [];

    public int ResetsDone { get; private set; }

    public RingLayout[] Layouts { get; private set; } = [];

    public DriverQueue[] Queues { get; private set; } = [];

    public Action? Pumped { get; set; }

    /// <summary>It cannot be reset: a lost device side is given its chains again.</summary>
    public bool KeepsDriver { get; set; }

    /// <summary>Called when the device side is another one.</summary>
    public Action? Replaced { get; set; }

    /// <summary>What the device table had it hear of.</summary>
    public List<(int Queue, byte[] Message)> Notable { get; } = [];

    public void OnDeviceReplaced() => Replaced?.Invoke();

    public void OnNotable(int queue, ReadOnlySpan<byte> message) => Notable.Add((queue, message.ToArray()));

    /// <summary>Bytes for buffers that were not handed out yet in this life.</summary>
    public ulong BuffersLeft => Base + _size - _buffers;

    public void OnOffer(DeviceOffer offer, IDriverRelay relay)
    {
        Relay = relay;
        Offers.Add(offer);
    }

    public void OnUsed(int queue) => Doorbells.Add(queue);

    public void OnNeedsReset(string why) => ResetDemands.Add(why);

    public void OnResetDone() => ResetsDone++;

    public bool Pump()
    {
        Pumped?.Invoke();
        return false;
    }

    /// <summary>Everything from ACKNOWLEDGE to DRIVER_OK (virtio 1.2, 3.1.1), with fresh rings.</summary>
    public void Start(ulong features = VirtioFeatures.Version1, int ringSize = 8, int queues = 2)
    {
        Relay!.SetStatus(DeviceStatus.Acknowledge);
        Relay.SetStatus(DeviceStatus.Acknowledge | DeviceStatus.Driver);
        Relay.SetFeatures(features);
        Relay.SetStatus(DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk);
        SetQueues(features, ringSize, queues);
        Relay.SetStatus(Running);
    }

    public void SetQueues(ulong features = VirtioFeatures.Version1, int ringSize = 8, int queues = 2)
    {
        var options = new RingOptions((features & VirtioFeatures.EventIndex) != 0, (features & VirtioFeatures.IndirectDescriptors) != 0);
        Layouts = new RingLayout[queues];
        Queues = new DriverQueue[queues];
        for (int i = 0; i < queues; i++)
        {
            Layouts[i] = RingLayout.Packed(Base + (ulong)i * RingRoom, ringSize);
            Queues[i] = new DriverQueue(Window, Layouts[i], options);
            Relay!.SetQueue(i, Window, Layouts[i]);
        }

        _buffers = Base + (ulong)queues * RingRoom;
    }

    /// <summary>A new buffer, filled with a pattern.</summary>
    public Segment Buffer(uint length)
    {
        var segment = new Segment(_buffers, length);
        PeerFrames.Bytes((int)length, (int)(_buffers >> 4)).CopyTo(Window.GetSpan(segment.Address, length));
        _buffers += (length + 15UL) & ~15UL;
        return segment;
    }

    /// <summary>Makes a chain of new buffers available.</summary>
    public LentChain Lend(int queue, uint[] readable, uint[] writable)
    {
        Segment[] read = [.. readable.Select(Buffer)], write = [.. writable.Select(Buffer)];
        Assert.True(Queues[queue].TryAdd(read, write, 0, out ushort head), "the fake driver's ring is full");
        return new LentChain(queue, head, read, write);
    }

    /// <summary>Bytes of a segment now.</summary>
    public byte[] Read(Segment segment) => Window.GetSpan(segment.Address, segment.Length).ToArray();

    /// <summary>The whole window.</summary>
    public Span<byte> Memory => Window.GetSpan(Base, (uint)_size);

    /// <summary>The whole window now.</summary>
    public byte[] Snapshot() => Memory.ToArray();

    public void Dispose() => _memory.Dispose();
}
