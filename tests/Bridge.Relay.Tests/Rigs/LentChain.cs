using Bridge.Virtio;

namespace Bridge.Relay.Tests.Rigs;

/// <summary>A chain that a fake driver made available.</summary>
internal sealed record LentChain(int Queue, ushort Head, Segment[] Readable, Segment[] Writable);
