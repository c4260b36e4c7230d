using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>What a kept life says of one queue.</summary>
/// <param name="Generation">Its generation in this life; at a device side 0, for there it is in the queue's record.</param>
/// <param name="Layout">Where its ring lies in the kept window.</param>
internal readonly record struct KeptQueue(uint Generation, RingLayout Layout);
