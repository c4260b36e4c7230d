namespace Bridge.Relay.Tests.Simulation;

/// <summary>One direction of one stream: bytes arrive in order, in pieces of any size, after a delay of their own; until it is cut.</summary>
/// <param name="random">Of the pieces, the delays and the cut.</param>
/// <param name="time">When it is.</param>
/// <param name="delay">The same for every byte; null: random, up to 3 ms.</param>
internal sealed class SimulatedStream(Random random, VirtualTime time, TimeSpan? delay = null)
{
    private readonly Queue<(TimeSpan Due, byte[] Bytes)> _flying = new();
    private TimeSpan _last;
    private bool _cut;

    /// <summary>Puts bytes on the wire in random pieces.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_cut)
        {
            int length = random.Next(4) == 0 ? random.Next(1, Math.Min(bytes.Length, 100) + 1) : bytes.Length;
            TimeSpan due = time.Now + (delay ?? TimeSpan.FromMicroseconds(random.Next(0, 3000)));
            _last = due > _last ? due : _last;
            _flying.Enqueue((_last, bytes[..length].ToArray()));
            bytes = bytes[length..];
        }
    }

    /// <summary>The next piece that has arrived.</summary>
    public bool TryReceive(out byte[] bytes)
    {
        if (_flying.TryPeek(out (TimeSpan Due, byte[] Bytes) piece) && piece.Due <= time.Now)
        {
            bytes = _flying.Dequeue().Bytes;
            return true;
        }

        bytes = [];
        return false;
    }

    /// <summary>One bit of one piece under way arrives wrong. False = nothing is under way.</summary>
    public bool FlipBit()
    {
        if (_flying.Count == 0)
            return false;
        byte[] bytes = _flying.ElementAt(random.Next(_flying.Count)).Bytes;
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return true;
    }

    /// <summary>The wire is cut: some of what is under way still arrives, the last piece perhaps in part, the rest never.</summary>
    public void Cut()
    {
        _cut = true;
        int keep = random.Next(_flying.Count + 1);
        (TimeSpan Due, byte[] Bytes)[] all = [.. _flying];
        _flying.Clear();
        for (int i = 0; i < keep; i++)
        {
            byte[] bytes = i == keep - 1 && random.Next(2) == 0 ? all[i].Bytes[..random.Next(all[i].Bytes.Length)] : all[i].Bytes;
            if (bytes.Length > 0)
                _flying.Enqueue((all[i].Due, bytes));
        }
    }
}
