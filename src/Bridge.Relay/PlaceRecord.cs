using System.Runtime.InteropServices;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>
/// What the device side knows of one queue's chains and its rings do not say, in memory that outlives the process:
/// <code>
///   0  u32 generation (0: the queue is not set)   8  u64 used elements that the driver side has confirmed
///  16  for each place, at sequence modulo places: u32 place, u32 readable bytes + 1 (0: no such segment), u32 writable bytes + 1 (0: none), u32 unused
/// </code>
/// A chain is entered before it is made available; so its sequence is its number in the ring, which begins at 0. Its entry holds until its used element is confirmed, and its place is free
/// only after that is recorded. The device completes in order: so the used element of a chain has the chain's number too, and reported lengths are in the used ring, which has
/// as many entries as there are places at least.
/// </summary>
/// <remarks>Belongs to the device's turn.</remarks>
internal sealed class PlaceRecord
{
    private const int ConfirmedAt = 8, HeaderSize = 16;
    private const int EntrySize = 16, ReadableAt = 4, WritableAt = 8;
    private const ulong Alignment = 64;

    private readonly Window _window;
    private readonly ulong _address;
    private readonly int _places;

    /// <summary>A record in memory; what it says is not changed by that.</summary>
    /// <exception cref="RingFaultException">It does not lie in the window.</exception>
    public PlaceRecord(Window window, ulong address, int places)
    {
        (_window, _address, _places) = (window, address, places);
        _ = window.GetSpan(address, (uint)LengthFor(places));
    }

    /// <summary>The queue's generation; 0: it is not set.</summary>
    public uint Generation
    {
        get => MemoryMarshal.Read<uint>(_window.GetSpan(_address, sizeof(uint)));
        set
        {
            Volatile.Write(ref MemoryMarshal.AsRef<uint>(_window.GetSpan(_address, sizeof(uint))), value);
            StoreTrace.Point();
        }
    }

    /// <summary>Used elements that the driver side has confirmed. Stored before any of their places is given away again.</summary>
    public ulong Confirmed
    {
        get => MemoryMarshal.Read<ulong>(_window.GetSpan(_address + ConfirmedAt, sizeof(ulong)));
        set
        {
            Volatile.Write(ref MemoryMarshal.AsRef<ulong>(_window.GetSpan(_address + ConfirmedAt, sizeof(ulong))), value);
            StoreTrace.Point();
        }
    }

    /// <summary>Bytes that the record of so many places takes.</summary>
    public static ulong LengthFor(int places) => ((ulong)(HeaderSize + (places * EntrySize)) + Alignment - 1) & ~(Alignment - 1);

    /// <summary>A chain is about to be made available. The publishing store that follows is a release: whoever sees the chain sees this.</summary>
    public void Enter(ulong sequence, int place, ReadOnlySpan<Segment> readable, ReadOnlySpan<Segment> writable)
    {
        Span<byte> entry = Entry(sequence);
        MemoryMarshal.Write(entry, (uint)place);
        StoreTrace.Point();
        MemoryMarshal.Write(entry[ReadableAt..], Length(readable));
        StoreTrace.Point();
        MemoryMarshal.Write(entry[WritableAt..], Length(writable));
        StoreTrace.Point();
    }

    /// <summary>What was entered: the place, and the bytes of its readable and of its writable segment; null: it has none.</summary>
    public (uint Place, uint? Readable, uint? Writable) Read(ulong sequence)
    {
        Span<byte> entry = Entry(sequence);
        return (MemoryMarshal.Read<uint>(entry), Bytes(MemoryMarshal.Read<uint>(entry[ReadableAt..])), Bytes(MemoryMarshal.Read<uint>(entry[WritableAt..])));

        static uint? Bytes(uint stored) => stored == 0 ? null : stored - 1;
    }

    // At most one segment each way: chains of a life that is kept are merged.
    private static uint Length(ReadOnlySpan<Segment> segments) => segments.IsEmpty ? 0 : segments[0].Length + 1;

    private Span<byte> Entry(ulong sequence) => _window.GetSpan(_address + HeaderSize + (sequence % (ulong)_places * EntrySize), EntrySize);
}
