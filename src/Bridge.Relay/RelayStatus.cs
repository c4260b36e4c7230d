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
public sealed record QueueStatus(int Index, int Size, uint Generation, ulong Posted, ulong Used, int InFlight, string? Fault);
