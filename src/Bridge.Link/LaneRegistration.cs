namespace Bridge.Link;

/// <summary>A device of this gateway on a link.</summary>
/// <param name="Device">The name both gateways know it by: 1..63 bytes of <c>[A-Za-z0-9_.-]</c>.</param>
/// <param name="VirtioId">The virtio device id, equal on both sides.</param>
/// <param name="Role">Which side this gateway has; the peer has the other one.</param>
/// <param name="Handler">Who gets the lane's frames.</param>
public sealed record LaneRegistration(string Device, ushort VirtioId, LaneRole Role, ILaneHandler Handler);
