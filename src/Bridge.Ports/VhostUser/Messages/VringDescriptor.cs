namespace Bridge.Ports.VhostUser.Messages;

/// <summary>A u64 that names the queue of a passed descriptor: index in bits 0 to 7, bit 8 says that none is passed.</summary>
internal readonly record struct VringDescriptor(uint Index, bool HasNone)
{
    private const ulong IndexMask = 0xff;
    private const ulong None = 1 << 8;

    /// <exception cref="FrontEndFaultException">Another length.</exception>
    public static VringDescriptor Read(ReadOnlySpan<byte> payload, FrontEndRequest request)
    {
        ulong value = Number.Read(payload, request);
        return new VringDescriptor((uint)(value & IndexMask), (value & None) != 0);
    }
}
