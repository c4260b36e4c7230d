using Bridge.Linux;
using Bridge.LoadTests.Messages;

namespace Bridge.LoadTests.Floors;

/// <summary>An application's connection as the gateway has it: a non-blocking socket and a poller.</summary>
internal sealed class LocalApplication : IDisposable
{
    private const int OnlyKey = 1;

    private readonly FileDescriptor _descriptor;
    private readonly PacketBatches? _packets;
    private readonly StreamSocket? _stream;
    private readonly Poller _readable = new(), _writable = new();
    private readonly PollEvent[] _seen;
    private readonly PollEvent[] _seenWritable;

    private LocalApplication(SeqPacketSocket? packets, StreamSocket? stream)
    {
        (_packets, _stream) = (packets is null ? null : new PacketBatches(packets), stream);
        (_seen, _seenWritable) = (new PollEvent[_readable.Batch], new PollEvent[_writable.Batch]);
        _descriptor = packets?.Descriptor ?? stream!.Descriptor;
        _readable.Add(_descriptor, OnlyKey, PollEvents.In, once: false);
        _writable.Add(_descriptor, OnlyKey, PollEvents.None, once: true);
    }

    /// <summary>Listens at a path and takes the first who connects.</summary>
    public static async Task<LocalApplication> AcceptAsync(PathKind kind, string path, CancellationToken cancellation)
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using SeqPacketListener? packets = kind == PathKind.SeqPacket ? SeqPacketListener.Bind(path, Mode, null, 1) : null;
        using StreamListener? streams = packets is null ? StreamListener.BindUnix(path, Mode, null, 1) : null;
        while (true)
        {
            if (packets?.Accept() is { } packet)
                return new LocalApplication(packet, null);
            if (streams?.Accept() is { } stream)
                return new LocalApplication(null, stream);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellation);
        }
    }

    /// <summary>Blocks until there is something to receive.</summary>
    public void WaitReadable() => _readable.Wait(_seen, Timeout.InfiniteTimeSpan);

    /// <summary>Receives what is there, up to a buffer: packets with their lengths before them, or bytes. 0: nothing now. -1: the end.</summary>
    public int Receive(Span<byte> buffer)
    {
        if (_packets is not null)
            return _packets.Receive(buffer);
        int filled = 0;
        while (filled < buffer.Length)
        {
            StreamOutcome outcome = _stream!.Receive(buffer[filled..], out int length);
            if (outcome != StreamOutcome.Received)
                return filled > 0 ? filled : outcome == StreamOutcome.WouldBlock ? 0 : -1;
            filled += length;
        }

        return filled;
    }

    /// <summary>Sends all of it but a last packet that is not whole, waiting for the reader if need be. False: it has gone.</summary>
    public bool Send(ReadOnlySpan<byte> bytes, out int consumed)
    {
        consumed = 0;
        while (true)
        {
            int sent = 0;
            SendOutcome outcome = _packets?.Send(bytes[consumed..], out sent) ?? _stream!.Send(bytes[consumed..], out sent);
            if (outcome == SendOutcome.Closed)
                return false;
            if (outcome == SendOutcome.WouldBlock)
            {
                _writable.Modify(_descriptor, OnlyKey, PollEvents.Out, once: true);
                _writable.Wait(_seenWritable, Timeout.InfiniteTimeSpan);
                continue;
            }

            consumed += sent;
            if (sent == 0 || consumed == bytes.Length)
                return true;
        }
    }

    public void Dispose()
    {
        _packets?.Dispose();
        _stream?.Dispose();
        _readable.Dispose();
        _writable.Dispose();
    }
}
