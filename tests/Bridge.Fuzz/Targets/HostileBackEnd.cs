using Bridge.Linux;
using Bridge.Virtio;

namespace Bridge.Fuzz.Targets;

/// <summary>A back end that answers what it is asked, usually nearly right.</summary>
internal sealed class HostileBackEnd : IDisposable
{
    private const int HeaderSize = 12;
    private const uint Version = 1, Reply = 1 << 2, NeedReply = 1 << 3;

    private readonly FileDescriptor _region = MemoryFile.Create("fuzz-region", 4096, sealable: true);
    private readonly List<byte> _unread = [];
    private DescriptorSocket? _socket;

    public void Dispose()
    {
        _socket?.Dispose();
        _region.Dispose();
    }

    /// <summary>The other end of a new connection.</summary>
    public DescriptorSocket Connect()
    {
        _socket?.Dispose();
        _unread.Clear();
        (DescriptorSocket theirs, _socket) = DescriptorSocket.Pair();
        return theirs;
    }

    /// <summary>Reads requests and answers them; now and then says what nobody asked.</summary>
    public void Answer(FuzzRandom random)
    {
        Read();
        if (random.OneIn(100))
            Send(random, (uint)random.Next(42), BitConverter.GetBytes(random.Edge()));
        for (int at = 0; _unread.Count >= HeaderSize;)
        {
            byte[] all = [.. _unread];
            (uint request, uint flags, int length) = (BitConverter.ToUInt32(all, 0), BitConverter.ToUInt32(all, 4), BitConverter.ToInt32(all, 8));
            if (all.Length - HeaderSize < length || at++ == 32)
                return;
            _unread.RemoveRange(0, HeaderSize + length);
            byte[]? answer = Payload(random, request, all.AsSpan(HeaderSize, length).ToArray());
            if (answer is null && (flags & NeedReply) != 0)
                answer = BitConverter.GetBytes(random.OneIn(40) ? random.Edge() : 0ul);
            if (answer is not null && !random.OneIn(100))
                Send(random, request, answer);
        }
    }

    /// <summary>Writes where a device may and where it may not.</summary>
    public static void Scribble(FuzzRandom random, Window window, RingLayout layout)
    {
        ulong at = random.OneIn(2) ? layout.Used + 2 : layout.Descriptors + (ulong)random.Next((int)(layout.Used + RingLayout.UsedLength(layout.Size) - layout.Descriptors));
        if (window.TryGetSpan(at, 1, out Span<byte> one))
            one[0] = (byte)(random.OneIn(2) ? one[0] + 1 : (int)random.Edge());
    }

    private static byte[]? Payload(FuzzRandom random, uint request, byte[] asked) => request switch
    {
        1 => BitConverter.GetBytes(random.OneIn(10) ? random.Edge() : VirtioFeatures.Version1 | VirtioFeatures.EventIndex | 1UL << 30 | 1UL << 5),
        15 => BitConverter.GetBytes(random.OneIn(10) ? random.Edge() : 1UL << 0 | 1UL << 3 | 1UL << 5 | 1UL << 9 | (random.OneIn(2) ? 1UL << 12 : 0)),
        17 => BitConverter.GetBytes(random.OneIn(10) ? random.Edge() : 2ul),
        24 or 11 => asked,
        31 => [.. BitConverter.GetBytes(random.OneIn(10) ? random.Edge() : 4096ul), .. BitConverter.GetBytes(0ul), .. BitConverter.GetBytes(0x100002u), .. new byte[4]],
        _ => null,
    };

    private void Send(FuzzRandom random, uint request, byte[] payload)
    {
        if (random.OneIn(30))
            payload = ByteMutation.Change(random, payload);
        uint flags = random.OneIn(100) ? (uint)random.Edge() : Version | Reply;
        byte[] message = [.. BitConverter.GetBytes(request), .. BitConverter.GetBytes(flags), .. BitConverter.GetBytes((uint)payload.Length), .. payload];
        ReadOnlySpan<FileDescriptor> region = new FileDescriptor[] { _region };
        _socket!.Send(message, request == 31 && random.Next(10) > 0 ? region : [], out _);
    }

    private void Read()
    {
        Span<byte> room = stackalloc byte[2048];
        var descriptors = new List<FileDescriptor>();
        while (_socket!.Receive(room, descriptors, out int received, out _) == StreamOutcome.Received)
            _unread.AddRange(room[..received]);
        foreach (FileDescriptor descriptor in descriptors)
            descriptor.Dispose();
    }
}
