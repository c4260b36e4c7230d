using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// Where a packet on its way between a socket and this process leaves its trace, in memory that outlives the process: recvmmsg(2) and sendmmsg(2) write a message's length
/// when, and only when, it has been taken from the socket or put into it, and a process that is killed ends before or after a system call and never within.
/// </summary>
/// <remarks>Not thread-safe; one packet at a time.</remarks>
public sealed unsafe class MessagePassage
{
    /// <summary>Bytes of memory that one needs, at a multiple of 8.</summary>
    public const int Size = HeaderSize + VectorSize + ControlSize;

    private const int HeaderSize = 64;
    private const int VectorSize = 16;

    // CMSG_SPACE(sizeof(struct ucred)) on 64-bit systems: room for the credentials and for nothing else.
    private const int ControlSize = 32;

    // No packet is as long.
    private const uint Impossible = uint.MaxValue;

    private readonly StateFile _memory;
    private readonly ulong _offset;

    /// <param name="memory">Allocated there, and not disposed of while this is in use.</param>
    /// <param name="offset">Where it begins; a multiple of 8.</param>
    public MessagePassage(StateFile memory, ulong offset)
    {
        ArgumentNullException.ThrowIfNull(memory);
        // Looks whether it is inside.
        _ = memory.Span(offset, Size).Length;
        (_memory, _offset) = (memory, offset);
    }

    /// <summary>The packet has passed: of the last one that was begun, by this process or by a predecessor.</summary>
    public bool HasPassed => Volatile.Read(ref Header->msg_len) != Impossible;

    /// <summary>A packet has been received, and not the end of file: only a packet has credentials.</summary>
    public bool HasPacket => HasPassed && (Header->msg_len > 0 || Header->msg_hdr.msg_controllen > 0);

    /// <summary>Its real length, bytes; only if it has passed.</summary>
    public int Length => (int)Header->msg_len;

    // SAFETY: the constructor has looked that it lies inside, and a disposed memory has the address 0 that Span refuses.
    private Libc.MultipleMessageHeader* Header => (Libc.MultipleMessageHeader*)(_memory.Address + (nint)_offset);

    /// <summary>Another packet begins: it has not passed yet. Before what is about to happen is recorded.</summary>
    public void Begin() => Volatile.Write(ref _memory.At<Libc.MultipleMessageHeader>(_offset).msg_len, Impossible);

    /// <summary>The header for one system call; the length in it stays <see cref="Impossible"/> until the kernel writes it.</summary>
    internal Libc.MultipleMessageHeader* Prepare(byte* data, nuint length, bool receives)
    {
        Begin();
        Libc.MultipleMessageHeader* header = Header;
        Libc.IoVector* vector = (Libc.IoVector*)((byte*)header + HeaderSize);
        vector->iov_base = data;
        vector->iov_len = length;
        header->msg_hdr.msg_iov = vector;
        header->msg_hdr.msg_iovlen = 1;
        header->msg_hdr.msg_name = null;
        header->msg_hdr.msg_namelen = 0;
        header->msg_hdr.msg_control = receives ? (byte*)vector + VectorSize : null;
        header->msg_hdr.msg_controllen = receives ? ControlSize : 0u;
        header->msg_hdr.msg_flags = 0;
        return header;
    }
}
