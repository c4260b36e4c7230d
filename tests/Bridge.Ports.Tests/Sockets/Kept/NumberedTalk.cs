using System.Buffers.Binary;
using Bridge.Linux;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>Numbered messages of random lengths from one application to another: each must come once, in order, whole.</summary>
/// <param name="from">Sends.</param>
/// <param name="to">Receives.</param>
/// <param name="count">Messages.</param>
/// <param name="random">Decides.</param>
/// <param name="burst">Messages that are sent together, in the mean.</param>
internal sealed class NumberedTalk(SeqPacketSocket from, SeqPacketSocket to, int count, Random random, int burst = 4)
{
    private readonly byte[] _room = new byte[600];

    public int Sent { get; private set; }

    public int Received { get; private set; }

    public bool IsOver => Received == count;

    /// <summary>What went wrong; null: nothing.</summary>
    public string? Error { get; private set; }

    /// <summary>Sends and receives what is possible now.</summary>
    public void Step(bool reads)
    {
        while (Sent < count && Error is null)
        {
            Span<byte> message = _room.AsSpan(0, 4 + (Sent * 37 % 490));
            message.Fill((byte)Sent);
            BinaryPrimitives.WriteInt32LittleEndian(message, Sent);
            SendOutcome outcome = from.Send(message);
            if (outcome != SendOutcome.Sent)
            {
                Error = outcome == SendOutcome.Closed ? $"the sender was closed after {Sent}" : null;
                break;
            }

            Sent++;
            if (random.Next(burst) == 0)
            {
                break;
            }
        }

        while (reads && Error is null)
        {
            ReceiveOutcome outcome = to.Receive(_room, out int length);
            if (outcome == ReceiveOutcome.WouldBlock)
            {
                break;
            }

            Check(outcome, _room.AsSpan(0, Math.Min(length, _room.Length)));
        }
    }

    private void Check(ReceiveOutcome outcome, ReadOnlySpan<byte> message)
    {
        if (outcome != ReceiveOutcome.Packet || message.Length < 4)
        {
            Error = $"{outcome} after {Received} of {Sent}";
            return;
        }

        int number = BinaryPrimitives.ReadInt32LittleEndian(message);
        if (number != Received || message.Length != 4 + (number * 37 % 490) || message[4..].ContainsAnyExcept((byte)number))
        {
            Error = $"{number} of {message.Length} bytes came for {Received}";
        }

        Received++;
    }
}
