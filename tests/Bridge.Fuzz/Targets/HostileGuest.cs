using System.Buffers.Binary;
using Bridge.Linux;
using Bridge.Virtio;

namespace Bridge.Fuzz.Targets;

/// <summary>A guest and its front end: memory in a file, two rings in it, and the messages that would start them, which can all be wrong.</summary>
internal sealed class HostileGuest : IDisposable
{
    public const ulong GuestBase = 0x4000_0000;
    public const ulong UserBase = 0x7f12_0000_0000;

    private const int Size = 0x1_0000, RingSize = 16, Buffers = 0x4000;
    private const uint Version = 1, NeedReply = 1 << 3;

    private readonly FileDescriptor _file = MemoryFile.Create("fuzz-guest", Size, sealable: true);
    private readonly EventFd _event = new();
    private readonly ForeignMemory _memory;
    private readonly Window _window;
    private readonly ushort[] _available = new ushort[2];

    public HostileGuest()
    {
        MappedFile mapping = MappedFile.Map(MemoryFile.Duplicate(_file), 0, Size);
        _memory = new ForeignMemory(mapping.Address, mapping.Size, mapping);
        _window = new Window(new WindowRegion(GuestBase, _memory));
    }

    public void Dispose()
    {
        _memory.Dispose();
        _file.Dispose();
        _event.Dispose();
    }

    /// <summary>Writes anywhere, most often into the rings.</summary>
    public void Scribble(FuzzRandom random)
    {
        for (int i = random.Next(1, 6); i > 0; i--)
            _window.GetSpan(GuestBase + (ulong)random.Next(random.OneIn(4) ? Size : 0x1400), 1)[0] = (byte)random.Edge();
    }

    /// <summary>Makes chains available, with descriptors that are nearly good.</summary>
    public void Offer(FuzzRandom random)
    {
        int queue = random.Next(2);
        RingLayout ring = Layout(queue);
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int head = random.Next(RingSize);
            Span<byte> descriptor = _window.GetSpan(ring.Descriptors + (16 * (ulong)head), 16);
            BinaryPrimitives.WriteUInt64LittleEndian(descriptor, random.OneIn(12) ? random.Edge() : GuestBase + Buffers + (ulong)random.Next(0x8000));
            BinaryPrimitives.WriteUInt32LittleEndian(descriptor[8..], random.OneIn(12) ? (uint)random.Edge() : (uint)random.Next(600));
            BinaryPrimitives.WriteUInt16LittleEndian(descriptor[12..], (ushort)(random.OneIn(8) ? random.Next(8) : random.Next(2) << 1));
            BinaryPrimitives.WriteUInt16LittleEndian(descriptor[14..], (ushort)random.Next(RingSize + 1));
            BinaryPrimitives.WriteUInt16LittleEndian(_window.GetSpan(ring.Available + 4 + (2 * (ulong)(_available[queue] % RingSize)), 2), (ushort)head);
            BinaryPrimitives.WriteUInt16LittleEndian(_window.GetSpan(ring.Available + 2, 2), ++_available[queue]);
        }
    }

    /// <summary>Everything that a front end says until its rings run.</summary>
    public void SendStart(DescriptorSocket socket, bool inBand)
    {
        _window.GetSpan(GuestBase, 0x2000).Clear();
        Array.Clear(_available);
        Send(socket, 3, []);
        Send(socket, 2, Number(VirtioFeatures.Version1 | 1UL << 30));
        Send(socket, 16, Number(1UL << 0 | 1UL << 3 | 1UL << 9 | (inBand ? 1UL << 14 : 0)));
        Send(socket, 5, Table(GuestBase, Size, UserBase, 0), Version, _file);
        for (uint queue = 0; queue < 2; queue++)
        {
            Send(socket, 8, State(queue, RingSize));
            Send(socket, 10, State(queue, 0));
            Send(socket, 9, Address(queue, (int)queue));
            Send(socket, 13, Number(queue), Version, _event.Descriptor);
            Send(socket, 12, Number(queue), Version, _event.Descriptor);
            Send(socket, 18, State(queue, 1));
        }
    }

    /// <summary>One message, often wrong.</summary>
    public void SendMessage(FuzzRandom random, DescriptorSocket socket)
    {
        uint queue = (uint)random.Next(random.OneIn(10) ? 300 : 2);
        (uint request, byte[] payload, FileDescriptor? descriptor) = Message(random, queue);
        uint flags = random.OneIn(20) ? (uint)random.Edge() : random.OneIn(3) ? Version | NeedReply : Version;
        if (random.OneIn(3))
            payload = ByteMutation.Apply(random, payload);
        if (random.OneIn(15))
            descriptor = random.OneIn(2) ? null : random.OneIn(2) ? _file : _event.Descriptor;
        if (descriptor is null)
            Send(socket, request, payload, flags);
        else if (random.OneIn(30))
            Send(socket, request, payload, flags, descriptor, descriptor);
        else
            Send(socket, request, payload, flags, descriptor);
    }

    private (uint Request, byte[] Payload, FileDescriptor? Descriptor) Message(FuzzRandom random, uint queue)
    {
        switch (random.Next(15))
        {
            case 0:
                return (5, Table(GuestBase + (random.OneIn(4) ? random.Edge() : 0), random.OneIn(4) ? random.Edge() : Size, UserBase + (random.OneIn(4) ? random.Edge() : 0), random.OneIn(4) ? random.Edge() : 0), _file);
            case 1:
                return (8, State(queue, random.OneIn(3) ? (uint)random.Edge() : 1u << random.Next(6)), null);
            case 2:
                return (10, State(queue, random.OneIn(4) ? (uint)random.Edge() : (uint)random.Next(20)), null);
            case 3:
                return (9, Address(queue, random.Next(3), random.OneIn(4) ? random.Edge() : 0), null);
            case 4:
                return (13, Number(queue | (random.OneIn(6) ? 1u << 8 : 0)), _event.Descriptor);
            case 5:
                return (12, Number(queue | (random.OneIn(6) ? 1u << 8 : 0)), _event.Descriptor);
            case 6:
                return (14, Number(queue), _event.Descriptor);
            case 7 or 8:
                return (18, State(queue, (uint)random.Next(2)), null);
            case 9 or 10:
                return (11, State(queue, 0), null);
            case 11:
                return (24, [.. Number(0), .. BitConverter.GetBytes(0u), .. new byte[random.Next(64)]], null);
            case 12:
                return (2, Number(random.OneIn(2) ? VirtioFeatures.Version1 | 1UL << 30 : random.Edge()), null);
            case 13:
                return (16, Number(random.OneIn(2) ? 1UL << 0 | 1UL << 3 : random.Edge()), null);
            default:
                return (random.OneIn(4) ? (uint)random.Edge() : (uint)random.Next(42), random.OneIn(2) ? [] : Number(random.Edge()), null);
        }
    }

    private static RingLayout Layout(int queue) => RingLayout.Packed(GuestBase + ((ulong)queue * 0x1000), RingSize);

    private static byte[] Number(ulong value) => BitConverter.GetBytes(value);

    private static byte[] State(uint index, uint number) => [.. BitConverter.GetBytes(index), .. BitConverter.GetBytes(number)];

    private static byte[] Table(ulong guest, ulong size, ulong user, ulong offset) =>
        [.. BitConverter.GetBytes(1u), .. BitConverter.GetBytes(0u), .. Number(guest), .. Number(size), .. Number(user), .. Number(offset)];

    private static byte[] Address(uint index, int place, ulong off = 0)
    {
        RingLayout ring = Layout(place);
        return
        [
            .. BitConverter.GetBytes(index), .. BitConverter.GetBytes(0u), .. Number(ring.Descriptors - GuestBase + UserBase + off), .. Number(ring.Used - GuestBase + UserBase),
            .. Number(ring.Available - GuestBase + UserBase + (off << 1)), .. Number(0),
        ];
    }

    private static void Send(DescriptorSocket socket, uint request, byte[] payload, uint flags = Version, params ReadOnlySpan<FileDescriptor> descriptors) =>
        socket.Send((byte[])[.. BitConverter.GetBytes(request), .. BitConverter.GetBytes(flags), .. BitConverter.GetBytes((uint)payload.Length), .. payload], descriptors, out _);
}
