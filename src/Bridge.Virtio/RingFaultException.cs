namespace Bridge.Virtio;

/// <summary>
/// The neighbour put something into a ring that the specification forbids or that cannot be followed safely. Never the fault of this process, so it ends at
/// most the queue that it happened on.
/// </summary>
/// <param name="fault">What is wrong.</param>
/// <param name="message">A sentence with the numbers, for logs.</param>
/// <param name="head">See <see cref="Head"/>.</param>
public sealed class RingFaultException(RingFault fault, string message, ushort? head = null) : Exception(message)
{
    /// <summary>What is wrong.</summary>
    public RingFault Fault { get; } = fault;

    /// <summary>
    /// Not null: only one chain is bad. It counts as taken, and the caller may give it back with <see cref="DeviceQueue.Push"/>(head, 0) and go on.
    /// Null: the ring itself is broken and the queue must stop.
    /// </summary>
    public ushort? Head { get; } = head;
}
