using System.Runtime.InteropServices;

namespace Bridge.Ports.VhostUser.Messages;

/// <summary>
/// One region of a memory table:
/// <code>
///   0  u64  guest physical address: what descriptors carry
///   8  u64  size, bytes
///  16  u64  address in the front end's process: what SET_VRING_ADDR carries
///  24  u64  where the region begins in its file, bytes
///  32
/// </code>
/// </summary>
internal readonly record struct MemoryRegion(ulong GuestAddress, ulong Length, ulong UserAddress, ulong FileOffset)
{
    /// <summary>Length of the structure, bytes.</summary>
    public const int Size = 32;

    /// <summary>Regions of a table at most: VHOST_MEMORY_BASELINE_NREGIONS.</summary>
    public const int MaximumRegions = 8;

    /// <summary>Regions at most where they are added one by one.</summary>
    public const int MaximumSlots = 64;

    private const int TableHeader = sizeof(uint) + sizeof(uint);

    /// <summary>
    /// Reads SET_MEM_TABLE: number of regions u32, padding u32, the regions. What follows them is not looked at: UML up to 6.12 always sends its whole structure.
    /// </summary>
    /// <exception cref="FrontEndFaultException">Too many regions, none, or fewer bytes than they need.</exception>
    public static MemoryRegion[] ReadTable(ReadOnlySpan<byte> payload)
    {
        PayloadSize.AtLeast(payload, TableHeader, FrontEndRequest.SetMemoryTable);
        uint count = MemoryMarshal.Read<uint>(payload);
        if (count is 0 or > MaximumRegions)
            throw new FrontEndFaultException($"a memory table of {count} regions; 1..{MaximumRegions} are possible");
        PayloadSize.AtLeast(payload, TableHeader + ((int)count * Size), FrontEndRequest.SetMemoryTable);
        var regions = new MemoryRegion[count];
        for (int i = 0; i < regions.Length; i++)
            regions[i] = Read(payload.Slice(TableHeader + (i * Size), Size));
        return regions;
    }

    /// <summary>Reads ADD_MEM_REG and REM_MEM_REG: padding u64, the region.</summary>
    /// <exception cref="FrontEndFaultException">Fewer bytes than that.</exception>
    public static MemoryRegion ReadSingle(ReadOnlySpan<byte> payload, FrontEndRequest request)
    {
        PayloadSize.AtLeast(payload, TableHeader + Size, request);
        return Read(payload.Slice(TableHeader, Size));
    }

    /// <summary>A table of this region alone.</summary>
    public byte[] WriteTable()
    {
        byte[] payload = new byte[TableHeader + Size];
        MemoryMarshal.Write(payload, 1u);
        Span<byte> region = payload.AsSpan(TableHeader);
        MemoryMarshal.Write(region, GuestAddress);
        MemoryMarshal.Write(region[8..], Length);
        MemoryMarshal.Write(region[16..], UserAddress);
        MemoryMarshal.Write(region[24..], FileOffset);
        return payload;
    }

    private static MemoryRegion Read(ReadOnlySpan<byte> bytes) => new(
        MemoryMarshal.Read<ulong>(bytes), MemoryMarshal.Read<ulong>(bytes[8..]), MemoryMarshal.Read<ulong>(bytes[16..]), MemoryMarshal.Read<ulong>(bytes[24..]));
}
