namespace Bridge.Virtio;

/// <summary>
/// One descriptor chain, copied out of the ring and checked: its segments lie in the window, readable ones before writable ones, at most 2^32 bytes in all.
/// The taker owns it and may use it again: <see cref="DeviceQueue.TryTake"/> overwrites it, and allocates only while it grows. Not thread-safe.
/// </summary>
public sealed class Chain
{
    private Segment[] _segments = new Segment[2];
    private int _readable;
    private int _count;

    /// <summary>First descriptor: what <see cref="DeviceQueue.Push"/> wants back.</summary>
    public ushort Head { get; internal set; }

    /// <summary>Segments that the driver filled, in order. Valid until the chain is taken again.</summary>
    public ReadOnlySpan<Segment> Readable => _segments.AsSpan(0, _readable);

    /// <summary>Segments for the device to fill, in order. Valid until the chain is taken again.</summary>
    public ReadOnlySpan<Segment> Writable => _segments.AsSpan(_readable, _count - _readable);

    /// <summary>Bytes of all readable segments.</summary>
    public ulong ReadableLength { get; private set; }

    /// <summary>Bytes of all writable segments.</summary>
    public ulong WritableLength { get; private set; }

    /// <summary>Segments of both kinds.</summary>
    internal int Count => _count;

    /// <summary>Empties the chain for the one that begins at <paramref name="head"/>.</summary>
    internal void Begin(ushort head)
    {
        Head = head;
        _readable = 0;
        _count = 0;
        ReadableLength = 0;
        WritableLength = 0;
    }

    /// <summary>Appends a checked segment; readable ones come first.</summary>
    internal void Append(Segment segment, bool writable)
    {
        if (_count == _segments.Length)
            Array.Resize(ref _segments, _count * 2);
        _segments[_count++] = segment;
        if (writable)
        {
            WritableLength += segment.Length;
        }
        else
        {
            _readable++;
            ReadableLength += segment.Length;
        }
    }
}
