using System.Text;
using Bridge.Ports.Sockets.Streams;

namespace Bridge.Fuzz.Targets;

/// <summary>What a local application writes into a stream: the line that opens, then lengths and messages, cut anywhere. Compared with reading all of it at once.</summary>
internal sealed class StreamSession : IFuzzSession
{
    private const int Maximum = 300;

    private readonly StreamBuffers _buffers = new(Maximum);
    private readonly byte[] _payload = new byte[Maximum];

    public void Dispose()
    {
    }

    public int Step(FuzzRandom random)
    {
        bool addressed = random.OneIn(2);
        var stream = new List<byte>();
        for (int i = random.Next(5); i > 0; i--)
            AddMessage(random, addressed, stream);
        byte[] bytes = ByteMutation.Apply(random, [.. stream]);
        int outcome = ReadMessages(random, addressed, bytes);
        FuzzFindException.Unless(_buffers.Lent == 0, $"{_buffers.Lent} buffers are still lent");
        return Outcome.Of(outcome, ReadLine(random));
    }

    private static void AddMessage(FuzzRandom random, bool addressed, List<byte> stream)
    {
        byte[] header = new byte[FrameLayout.AddressedHeaderSize], payload = new byte[random.OneIn(20) ? random.Next(Maximum + 20) : random.Next(60)];
        random.NextBytes(payload);
        int size = FrameLayout.Write(header, addressed, payload.Length, 1, (uint)random.Next(100));
        stream.AddRange(header.AsSpan(0, size));
        stream.AddRange(payload);
    }

    private int ReadMessages(FuzzRandom random, bool addressed, byte[] bytes)
    {
        using var input = new FrameBuffer(_buffers, addressed);
        int at = 0, read = 0, messages = 0, headerSize = FrameLayout.HeaderSize(addressed);
        FrameResult result;
        do
        {
            while ((result = input.TryTake(_payload, out int length, out uint destination)) == FrameResult.Message)
            {
                ReadOnlySpan<byte> expected = bytes.AsSpan(read, headerSize + length);
                FuzzFindException.Unless(length <= Maximum && expected[headerSize..].SequenceEqual(_payload.AsSpan(0, length)), $"message {messages} of {length} bytes differs");
                FuzzFindException.Unless(!addressed || destination == FrameLayout.ReadDestination(expected), $"message {messages} goes to {destination}");
                (read, messages) = (read + headerSize + length, messages + 1);
            }

            if (result == FrameResult.TooLong || at == bytes.Length)
                break;
            Span<byte> room = input.Room();
            int piece = Math.Min(Math.Min(random.OneIn(3) ? random.Next(1, 4) : random.Next(1, 400), room.Length), bytes.Length - at);
            FuzzFindException.Unless(piece > 0, $"no room for the rest of a message");
            bytes.AsSpan(at, piece).CopyTo(room);
            input.Added(piece);
            at += piece;
        }
        while (true);

        bool tooLong = read + 2 <= bytes.Length && FrameLayout.ReadLength(bytes.AsSpan(read)) > Maximum;
        FuzzFindException.Unless(tooLong == (result == FrameResult.TooLong), $"{result} where {(tooLong ? "a length is too long" : "none is")}");
        FuzzFindException.Unless(tooLong || input.HasPartial == (read < bytes.Length), $"{bytes.Length - read} bytes are left, partial: {input.HasPartial}");
        return Outcome.Of((int)result, messages, input.HasPartial ? 1 : 0);
    }

    private static int ReadLine(FuzzRandom random)
    {
        string text = random.Pick<string>(["channels/echo\n", "services/a%20b addressed\r\n", "endpoints/e.1024\n", "channels/../x\n", "services/" + new string('n', random.Next(300)), ""]);
        byte[] bytes = [.. ByteMutation.Apply(random, Encoding.UTF8.GetBytes(text)), 1, 0, 7];
        var line = new OpenLine();
        for (int at = 0; at < bytes.Length && line.State == OpenState.Incomplete;)
        {
            int piece = Math.Min(Math.Min(random.Next(1, 60), line.Room.Length), bytes.Length - at);
            FuzzFindException.Unless(piece > 0, $"no room for the rest of a line");
            bytes.AsSpan(at, piece).CopyTo(line.Room);
            at += piece;
            line.Added(piece);
        }

        FuzzFindException.Unless((line.State == OpenState.Asked) == (line.Request is not null) && (line.State == OpenState.Refused) == (line.Refusal is not null), $"{line.State}");
        if (line.Refusal is { } refusal)
            FuzzFindException.Unless(OpenAnswer.Refuse(refusal) is { Length: <= OpenAnswer.MaximumLength } answer && answer.AsSpan().IndexOf((byte)'\n') == answer.Length - 1, $"the answer is no line");
        return Outcome.Of((int)line.State, line.Request?.IsAddressed == true ? 1 : 0, line.Rest.Length);
    }
}
