using Bridge.Link;

namespace Bridge.Relay;

/// <summary>What came from the link for one device and waits for its turn: frames, and connections that came or went, in order.</summary>
/// One or more link threads put, the turn's thread takes. Two stores are swapped, so a frame is copied once and nothing is allocated once grown.
internal sealed class LaneInbox
{
    private readonly Lock _lock = new();
    private Store _filling = new(), _taken = new();

    public void PutUp(LaneOutput output)
    {
        lock (_lock)
            _filling.Entries.Add(new Entry(EntryKind.Up, default, 0, output));
    }

    public void PutDown(uint connection)
    {
        lock (_lock)
            _filling.Entries.Add(new Entry(EntryKind.Down, new FrameHeader(0, 0, default, 0, 0, connection, 0, 0), 0, null));
    }

    /// <summary>False = the frame would exceed the limit and was not taken.</summary>
    public bool TryPut(in FrameHeader header, ReadOnlySpan<byte> payload, long limit)
    {
        lock (_lock)
        {
            // Headers count too: frames without payload must not pile up either.
            if (_filling.Length + payload.Length + (_filling.Entries.Count + 1L) * FrameHeader.Size > limit)
                return false;
            _filling.Entries.Add(new Entry(EntryKind.Frame, header, payload.Length, null));
            _filling.Append(payload);
            return true;
        }
    }

    /// <summary>Takes all that has come. The store stays valid until the next call.</summary>
    public Store Take()
    {
        lock (_lock)
        {
            _taken.Clear();
            (_taken, _filling) = (_filling, _taken);
            return _taken;
        }
    }

    internal enum EntryKind
    {
        Frame,
        Up,
        Down,
    }

    internal readonly record struct Entry(EntryKind Kind, FrameHeader Header, int Length, LaneOutput? Output);

    internal sealed class Store
    {
        // What a store keeps when it is empty: a burst's worth; a rare larger one is given back.
        private const int Kept = 1 << 20;

        private byte[] _bytes = [];

        public List<Entry> Entries { get; } = [];

        public int Length { get; private set; }

        public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (_bytes.Length - Length < bytes.Length)
                Array.Resize(ref _bytes, Math.Max(Length + bytes.Length, Math.Max(_bytes.Length * 2, FrameHeader.MaximumFrame)));
            bytes.CopyTo(_bytes.AsSpan(Length));
            Length += bytes.Length;
        }

        public void Clear()
        {
            Entries.Clear();
            Length = 0;
            if (_bytes.Length > Kept)
                _bytes = [];
        }
    }
}
