using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// Where packets on their way between a socket and this process leave their traces, in memory that outlives the process: recvmmsg(2) and sendmmsg(2) write a message's length
/// when, and only when, it has been taken from the socket or put into it, one after the other, and a process that is killed ends after the system call, however many had passed by then.
/// </summary>
/// <remarks>Not thread-safe; one batch at a time.</remarks>
public sealed unsafe class MessagePassage
{
    private const int HeaderSize = 64;
    private const int VectorSize = 16;

    // CMSG_SPACE(sizeof(struct ucred)) on 64-bit systems: room for the credentials and for nothing else.
    private const int ControlSize = 32;
    private const int PacketSize = HeaderSize + VectorSize + ControlSize;

    // No packet is as long.
    private const uint Impossible = uint.MaxValue;

    private readonly StateFile _memory;
    private readonly ulong _offset;

    /// <param name="memory">Allocated there, and not disposed of while this is in use.</param>
    /// <param name="offset">Where it begins; a multiple of 8.</param>
    /// <param name="capacity">Packets of the largest batch, at least 1.</param>
    public MessagePassage(StateFile memory, ulong offset, int capacity)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        // Looks whether it is inside.
        _ = memory.Span(offset, SizeOf(capacity)).Length;
        (_memory, _offset, Capacity) = (memory, offset, capacity);
    }

    /// <summary>Packets of the largest batch.</summary>
    public int Capacity { get; }

    // SAFETY: the constructor has looked that they lie inside, and a disposed memory has the address 0 that Span refuses.
    private Libc.MultipleMessageHeader* Headers => (Libc.MultipleMessageHeader*)(_memory.Address + (nint)_offset);

    private Libc.IoVector* Vectors => (Libc.IoVector*)(Headers + Capacity);

    private byte* Controls => (byte*)(Vectors + Capacity);

    /// <summary>Bytes of memory that one needs, at a multiple of 8.</summary>
    public static int SizeOf(int capacity) => capacity * PacketSize;

    /// <summary>Another batch begins: none of it has passed yet. Before what is about to happen is recorded.</summary>
    /// <param name="count">Packets of it, 1..<see cref="Capacity"/>.</param>
    public void Begin(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Capacity, nameof(count));
        for (int i = 0; i < count; i++)
        {
            Volatile.Write(ref Headers[i].msg_len, Impossible);
        }
    }

    /// <summary>How many of the last batch's packets have passed: of this process, or of a predecessor. They are its first.</summary>
    /// <param name="count">Packets of that batch; more than <see cref="Capacity"/> are not believed.</param>
    public int CountPassed(int count)
    {
        int passed = 0;
        while (passed < Math.Min(count, Capacity) && Volatile.Read(ref Headers[passed].msg_len) != Impossible)
        {
            passed++;
        }

        return passed;
    }

    /// <summary>The same of a batch that was received, without the end of file: only a packet has credentials.</summary>
    /// <param name="count">Packets of that batch.</param>
    public int CountReceived(int count)
    {
        int passed = CountPassed(count), packets = 0;
        while (packets < passed && Headers[packets] is not { msg_len: 0, msg_hdr.msg_controllen: 0 })
        {
            packets++;
        }

        return packets;
    }

    /// <summary>The real length in bytes of a packet that has passed, by its number in the batch. ArgumentOutOfRangeException: there is none of that number.</summary>
    public int Length(int packet)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)packet, (uint)Capacity, nameof(packet));
        return (int)Headers[packet].msg_len;
    }

    /// <summary>The headers for one system call.</summary>
    /// <param name="data">Pinned until after it.</param>
    /// <param name="places">Inside of the data.</param>
    /// <param name="receives">The data is written, and the credentials as well.</param>
    internal Libc.MultipleMessageHeader* Prepare(byte* data, ReadOnlySpan<PacketPlace> places, bool receives)
    {
        Begin(places.Length);
        Libc.MultipleMessageHeader* header = Headers;
        Libc.IoVector* vector = Vectors;
        byte* control = Controls;
        foreach (PacketPlace place in places)
        {
            vector->iov_base = data + place.Offset;
            vector->iov_len = (nuint)place.Length;
            header->msg_hdr.msg_iov = vector++;
            header->msg_hdr.msg_iovlen = 1;
            header->msg_hdr.msg_name = null;
            header->msg_hdr.msg_namelen = 0;
            header->msg_hdr.msg_control = receives ? control : null;
            header->msg_hdr.msg_controllen = receives ? ControlSize : 0u;
            header->msg_hdr.msg_flags = 0;
            header++;
            control += ControlSize;
        }

        return Headers;
    }
}
