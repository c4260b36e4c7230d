using Bridge.Link;

namespace Bridge.Relay.Tests.Rigs;

/// <summary>One frame of a device lane.</summary>
internal sealed record Frame(FrameType Type, uint Epoch, byte[] Payload);
