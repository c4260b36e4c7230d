using Bridge.Linux;
using Bridge.LoadTests.Messages;

namespace Bridge.LoadTests.Floors;

/// <summary>An application's connection as the gateway has it: a non-blocking socket and a poller.</summary>
internal sealed class LocalApplication : IDisposable
{
    private const int OnlyKey = 1;

    private readonly SeqPacketSocket? _packets;
    private readonly StreamSocket? _stream;
    private readonly Poller _readable = new(), _writable = new();
    private readonly PollEvent[] _seen;
    private readonly PollEvent[] _seenWritable;

    private LocalApplication(SeqPacketSocket? packets, StreamSocket? stream)
    {
        (_packets, _stream) = (packets, stream);
        (_seen, _seenWritable) = (new PollEvent[_readable.Batch], new PollEvent[_writable.Batch]);
        FileDescriptor descriptor = packets?.Descriptor ?? stream!.Descriptor;
        _readable.Add(descriptor, OnlyKey, PollEvents.In, once: false);
        _writable.Add(descriptor, OnlyKey, PollEvents.None, once: true);
    }

    /// <summary>True: packets, whose ends the relay has to carry. False: bytes.</summary>
    public bool HasPackets => _packets is not null;

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

    /// <summary>Receives what is there: a packet, or bytes. 0: nothing now. -1: the end.</summary>
    public int Receive(Span<byte> buffer)
    {
        int length;
        if (_packets is not null)
        {
            ReceiveOutcome outcome = _packets.Receive(buffer, out length);
            return outcome == ReceiveOutcome.Packet ? length : outcome == ReceiveOutcome.WouldBlock ? 0 : -1;
        }

        StreamOutcome streamed = _stream!.Receive(buffer, out length);
        return streamed == StreamOutcome.Received ? length : streamed == StreamOutcome.WouldBlock ? 0 : -1;
    }

    /// <summary>Sends all of it, waiting for the reader if need be. False: it has gone.</summary>
    public bool Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int sent = bytes.Length;
            SendOutcome outcome = _packets?.Send(bytes) ?? _stream!.Send(bytes, out sent);
            if (outcome == SendOutcome.Closed)
                return false;
            if (outcome == SendOutcome.Sent)
            {
                bytes = bytes[sent..];
                continue;
            }

            _writable.Modify(_packets?.Descriptor ?? _stream!.Descriptor, OnlyKey, PollEvents.Out, once: true);
            _writable.Wait(_seenWritable, Timeout.InfiniteTimeSpan);
        }

        return true;
    }

    public void Dispose()
    {
        _packets?.Dispose();
        _stream?.Dispose();
        _readable.Dispose();
        _writable.Dispose();
    }
}
