using Bridge.Virtio;

namespace Bridge.Relay.Tests.Rigs;

/// <summary>A device port that takes and uses chains when a test says so.</summary>
internal sealed class FakeDevice(params int[] ringSizes) : IDevicePort
{
    /// <summary>Offered by default; EVENT_IDX concerns the hop to the relay only.</summary>
    public const ulong Offered = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | 1;

    public DeviceOffer Offer { get; set; } = new(DeviceTable.Rpmsg, 0x1af4, Offered, 1, new byte[] { 1, 2, 3 }, ringSizes);

    public Window? Window { get; private set; }

    public ulong? Features { get; private set; }

    public IReadOnlyList<RingLayout> Layouts { get; private set; } = [];

    public DeviceQueue[] Queues { get; private set; } = [];

    public IDeviceRelay? Relay { get; private set; }

    public int Starts { get; private set; }

    public int Stops { get; private set; }

    public List<int> Doorbells { get; } = [];

    public Action? Pumped { get; set; }

    /// <summary>Writes to the configuration space, in order.</summary>
    public List<(int Offset, byte[] Bytes)> Writes { get; } = [];

    /// <summary>Configuration writes are refused.</summary>
    public bool RefusesWrites { get; set; }

    public void Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay)
    {
        Starts++;
        (Features, Window, Layouts, Relay) = (features, window, queues, relay);
        Queues = [.. queues.Select(layout => new DeviceQueue(window, layout, new RingOptions((features & VirtioFeatures.EventIndex) != 0)))];
    }

    public void Stop()
    {
        Stops++;
        (Features, Window, Queues) = (null, null, []);
    }

    public bool WriteConfiguration(int offset, ReadOnlySpan<byte> bytes)
    {
        if (RefusesWrites)
            return false;
        Writes.Add((offset, bytes.ToArray()));
        byte[] space = Offer.Configuration.ToArray();
        bytes.CopyTo(space.AsSpan(offset));
        Offer = Offer with { Configuration = space };
        return true;
    }

    public void OnAvailable(int queue) => Doorbells.Add(queue);

    public bool Pump()
    {
        Pumped?.Invoke();
        return false;
    }

    /// <summary>The next chain of a queue; null if there is none.</summary>
    public Chain? Take(int queue)
    {
        var chain = new Chain();
        return Queues[queue].TryTake(chain) ? chain : null;
    }

    /// <summary>Bytes of the readable segments of a chain.</summary>
    public byte[] Read(Chain chain)
    {
        var bytes = new List<byte>();
        foreach (Segment segment in chain.Readable)
            bytes.AddRange(Window!.GetSpan(segment.Address, segment.Length).ToArray());
        return [.. bytes];
    }

    /// <summary>Writes into the first writable segment and gives the chain back.</summary>
    public void Use(int queue, Chain chain, byte[] bytes, uint? reported = null)
    {
        if (bytes.Length > 0)
            bytes.CopyTo(Window!.GetSpan(chain.Writable[0].Address, (uint)bytes.Length));
        Queues[queue].Push(chain.Head, reported ?? (uint)bytes.Length);
    }
}
