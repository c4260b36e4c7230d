using System.Runtime.InteropServices;

namespace Bridge.Linux.Native;

/// <summary>
/// struct epoll_event of <c>linux/eventpoll.h</c>, as bytes because its layout depends on the architecture:
/// <code>
///             x86, x86-64        all others
///   events    0  u32             0  u32
///   (padding)                    4  u32
///   data      4  u64             8  u64
///   size      12                 16
/// </code>
/// </summary>
internal static class EpollEvent
{
    private static readonly bool s_packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;
    private static readonly int s_dataOffset = s_packed ? 4 : 8;

    /// <summary>The larger of the two sizes, for buffers on the stack.</summary>
    internal const int MaximumSize = 16;

    /// <summary>Bytes from one event to the next in an array.</summary>
    internal static readonly int Size = s_packed ? 12 : 16;

    internal static void Write(Span<byte> destination, uint events, long data)
    {
        MemoryMarshal.Write(destination, events);
        MemoryMarshal.Write(destination[s_dataOffset..], data);
    }

    internal static void Read(ReadOnlySpan<byte> source, out uint events, out long data)
    {
        events = MemoryMarshal.Read<uint>(source);
        data = MemoryMarshal.Read<long>(source[s_dataOffset..]);
    }
}
