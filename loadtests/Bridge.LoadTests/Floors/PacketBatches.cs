using System.Buffers.Binary;
using Bridge.Linux;
using Bridge.LoadTests.Messages;

namespace Bridge.LoadTests.Floors;

/// <summary>Packets of a socket as bytes, each with its length before it: many with one system call, as the gateway has them.</summary>
internal sealed class PacketBatches : IDisposable
{
    private const int Prefix = sizeof(ushort), Batch = 64;

    private readonly SeqPacketSocket _socket;
    private readonly StateFile _memory;

    // One thread receives and another one sends.
    private readonly MessagePassage _receiving, _sending;
    private readonly byte[] _scratch = new byte[Batch * MessagePath.MaximumMessage];
    private readonly PacketPlace[] _places = [.. Enumerable.Range(0, Batch).Select(static i => new PacketPlace(i * MessagePath.MaximumMessage, MessagePath.MaximumMessage))];
    private readonly PacketPlace[] _framed = new PacketPlace[Batch];
    private int _next, _held;
    private bool _isEmpty;

    public PacketBatches(SeqPacketSocket socket)
    {
        _socket = socket;
        int size = MessagePassage.SizeOf(Batch);
        _memory = StateFile.CreateUnnamed("packets", (ulong)(2 * size), (ulong)(2 * size));
        (_receiving, _sending) = (new MessagePassage(_memory, 0, Batch), new MessagePassage(_memory, (ulong)size, Batch));
    }

    /// <summary>Receives what is there and fits. 0: nothing now. -1: the end.</summary>
    public int Receive(Span<byte> buffer)
    {
        int filled = 0;
        while (true)
        {
            if (_next == _held)
            {
                ReceiveOutcome outcome = _isEmpty ? ReceiveOutcome.WouldBlock : _socket.Receive(_receiving, _scratch, _places, out _held);
                _next = 0;
                if (outcome != ReceiveOutcome.Packet)
                {
                    // Whoever got something asks once more, and need not ask the socket.
                    (_held, _isEmpty) = (0, filled > 0 && outcome == ReceiveOutcome.WouldBlock);
                    return filled > 0 ? filled : outcome == ReceiveOutcome.WouldBlock ? 0 : -1;
                }

                _isEmpty = _held < Batch;
            }

            int length = _receiving.Length(_next);
            if (buffer.Length - filled < Prefix + length)
                return filled;
            BinaryPrimitives.WriteUInt16LittleEndian(buffer[filled..], (ushort)length);
            _scratch.AsSpan(_places[_next++].Offset, length).CopyTo(buffer[(filled + Prefix)..]);
            filled += Prefix + length;
        }
    }

    /// <summary>Sends the whole packets of these bytes, as many as there is room for.</summary>
    public SendOutcome Send(ReadOnlySpan<byte> bytes, out int consumed)
    {
        int count = 0, end = 0;
        while (count < Batch && bytes.Length - end >= Prefix && BinaryPrimitives.ReadUInt16LittleEndian(bytes[end..]) is var length && bytes.Length - end >= Prefix + length)
        {
            _framed[count++] = new PacketPlace(end + Prefix, length);
            end += Prefix + length;
        }

        consumed = 0;
        if (count == 0)
            return SendOutcome.Sent;
        SendOutcome outcome = _socket.Send(_sending, bytes, _framed.AsSpan(0, count), out int sent);
        consumed = sent == 0 ? 0 : _framed[sent - 1].Offset + _framed[sent - 1].Length;
        return outcome;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _memory.Dispose();
    }
}
