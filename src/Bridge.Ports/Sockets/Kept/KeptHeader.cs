using System.Numerics;
using System.Runtime.InteropServices;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>The constant beginning of the file: written once, before the file gets its name. Who finds another than its own begins anew.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KeptHeader
{
    // "RBSOCKET" in memory, where the machine is little endian; another order is another file.
    private const ulong FileMagic = 0x54454B434F534252;

    // Raised with every change to any record.
    private const uint LayoutVersion = 2;

    /// <summary>What the file is.</summary>
    public ulong Magic;

    /// <summary>Of the records.</summary>
    public uint Version;

    /// <summary>Of all other members.</summary>
    public uint Checksum;

    /// <summary>The boot that the timestamps and the memory belong to.</summary>
    public Guid Boot;

    /// <summary>Bytes of the longest message.</summary>
    public int MaximumPayload;

    /// <summary>Messages that can wait for one reader.</summary>
    public int Capacity;

    /// <summary>Length of the file.</summary>
    public ulong Size;

    /// <summary>The header that a file of that layout has.</summary>
    public static KeptHeader Of(KeptLayout layout, Guid boot)
    {
        KeptHeader header = new()
        {
            Magic = FileMagic,
            Version = LayoutVersion,
            Boot = boot,
            MaximumPayload = layout.MaximumPayload,
            Capacity = layout.Capacity,
            Size = layout.Size,
        };
        header.Checksum = Sum(header);
        return header;
    }

    /// <summary>Why a file with this header is not one that is expected, as the end of a sentence; null if it is.</summary>
    public readonly string? FindMismatch(in KeptHeader expected) =>
        Magic != FileMagic || Checksum != Sum(this) ? "is damaged"
        : Version != LayoutVersion ? $"has layout {Version}, this program's is {LayoutVersion}"
        : Boot != expected.Boot ? "is from before the machine was booted"
        : MaximumPayload != expected.MaximumPayload || Capacity != expected.Capacity || Size != expected.Size
            ? $"is for messages of {MaximumPayload} bytes and {Capacity} of them per reader, configured are {expected.MaximumPayload} and {expected.Capacity}"
        : null;

    private static uint Sum(KeptHeader header)
    {
        header.Checksum = 0;
        uint sum = uint.MaxValue;
        foreach (byte one in MemoryMarshal.AsBytes(new ReadOnlySpan<KeptHeader>(in header)))
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return ~sum;
    }
}
