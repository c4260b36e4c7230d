namespace Bridge.Virtio;

/// <summary>One buffer of a chain.</summary>
/// <param name="Address">Where it begins, in the window's addresses.</param>
/// <param name="Length">Bytes; 0 is allowed.</param>
public readonly record struct Segment(ulong Address, uint Length);
