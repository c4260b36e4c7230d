namespace Bridge.Linux;

/// <summary>Where a packet lies in a memory that is handed over with it.</summary>
/// <param name="Offset">Bytes from that memory's beginning.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct PacketPlace(int Offset, int Length);
