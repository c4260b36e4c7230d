using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>One relay at one moment.</summary>
/// <param name="DeviceId">Virtio id; null at a driver side that has not heard of its device yet.</param>
/// <param name="Live">The lane has a connection and both sides have stated where they stand.</param>
/// <param name="Epoch">The life of the device; 0: none.</param>
/// <param name="Status">Device status as the driver set it.</param>
/// <param name="Features">What the driver accepted.</param>
/// <param name="Queues">The queues that are set.</param>
/// <param name="Counters">Counts from the start of the process; goes on counting.</param>
public sealed record RelayStatus(
    ushort? DeviceId, bool Live, uint Epoch, DeviceStatus Status, ulong Features, IReadOnlyList<QueueStatus> Queues, RelayCounters Counters);

/// <summary>One queue of a relay at one moment.</summary>
/// <param name="Index">Queue index.</param>
/// <param name="Size">Entries of this side's ring.</param>
/// <param name="Generation">Life of the queue.</param>
/// <param name="Posted">Chains captured (driver side) or received (device side) in this generation.</param>
/// <param name="Used">Used elements applied (driver side) or collected (device side) in this generation.</param>
/// <param name="InFlight">Chains in the in-flight table.</param>
/// <param name="Fault">Why the ring was given up; null while it works.</param>
public sealed record QueueStatus(int Index, int Size, uint Generation, ulong Posted, ulong Used, int InFlight, string? Fault)
{
    /// <summary>This side's ring.</summary>
    public RingStatus Ring { get; init; }

    /// <summary>What the queue counted in all its lives; goes on counting.</summary>
    public QueueTotals Totals { get; init; } = new();

    /// <summary>This side asks its neighbour for notifications.</summary>
    public bool Armed { get; init; }

    /// <summary>Notifications that the neighbour gave, in this life of the queue.</summary>
    public long Doorbells { get; init; }

    /// <summary>Used sequences that both sides know to be applied: what this side told the other (driver side), or was told (device side).</summary>
    public ulong Confirmed { get; init; }

    /// <summary>Chains (driver side) or used elements (device side) that wait for the link: not sent, or to be sent again.</summary>
    public long WaitingForLink { get; init; }

    /// <summary>Chains that the other side has, or that are on their way there or back (driver side); used elements that it has not confirmed (device side).</summary>
    public long WaitingForPeer { get; init; }

    /// <summary>Chains that wait for descriptors of this side's ring; device side only.</summary>
    public int WaitingForRing { get; init; }

    /// <summary>Chains that the local device has; device side only.</summary>
    public int WithDevice { get; init; }

    /// <summary>Places of the device side's pool for this queue.</summary>
    public uint Places { get; init; }

    /// <summary>Bytes of a place.</summary>
    public uint PlaceSize { get; init; }

    /// <summary>Places that are free: in this side's own pool (device side), or in the other side's as the credit tells (driver side).</summary>
    public long FreePlaces { get; init; }

    /// <summary>Largest ring that the device side offers for this queue, entries; known to both.</summary>
    public uint OfferedSize { get; init; }
}
