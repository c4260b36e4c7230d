using System.Runtime.InteropServices;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>
/// Which chains of one split queue its back end has, in memory that outlives the back end (vhost-user, "Inflight I/O tracking"):
/// <code>
///   0  u64 features   8  u16 version   10  u16 entries   12  u16 last_batch_head   14  u16 used_idx
///  16  for each head: u8 inflight, 5 bytes unused, u16 next, u64 counter
/// </code>
/// A chain is entered before anything of it leaves this side, and cleared after its used element is published, one element at a time; so whoever finds the record knows
/// from it and the ring's used index what is outstanding, and in which order it was taken.
/// </summary>
/// <remarks>Belongs to the device's turn. The memory may be shared with a stranger: it is written here, and read only by <see cref="Recover"/>.</remarks>
public sealed class InflightRecord
{
    private const ushort Version = 1;
    private const int VersionAt = 8, EntriesAt = 10, LastHeadAt = 12, UsedIndexAt = 14, HeaderSize = 16;
    private const int EntrySize = 16, NextAt = 6, CounterAt = 8;
    private const ulong Alignment = 64;

    private readonly Window _window;
    private readonly ulong _address;
    private readonly int _entries;
    private ulong _counter;

    /// <summary>A record in memory.</summary>
    /// <param name="window">Holds it.</param>
    /// <param name="address">Where it begins.</param>
    /// <param name="entries">Entries of the ring; a power of two up to 32768.</param>
    /// <exception cref="RingFaultException">It does not lie in the window.</exception>
    public InflightRecord(Window window, ulong address, int entries)
    {
        (_window, _address, _entries) = (window, address, entries);
        _ = Bytes;
    }

    private Span<byte> Bytes => _window.GetSpan(_address, (uint)(HeaderSize + (_entries * EntrySize)));

    /// <summary>Bytes that the record of a ring takes.</summary>
    public static ulong LengthFor(int entries) => ((ulong)(HeaderSize + (entries * EntrySize)) + Alignment - 1) & ~(Alignment - 1);

    /// <summary>Begins a life: nothing is outstanding.</summary>
    public void Begin(ushort usedIndex)
    {
        Span<byte> bytes = Bytes;
        bytes.Clear();
        Write(bytes, VersionAt, Version);
        Write(bytes, EntriesAt, (ushort)_entries);
        Write(bytes, UsedIndexAt, usedIndex);
        _counter = 0;
    }

    /// <summary>A chain is taken.</summary>
    public void Enter(ushort head)
    {
        Span<byte> entry = Entry(head);
        MemoryMarshal.Write(entry[CounterAt..], ++_counter);
        StoreTrace.Point();
        Volatile.Write(ref entry[0], 1);
        StoreTrace.Point();
    }

    /// <summary>Its used element is about to be published.</summary>
    public void Leave(ushort head)
    {
        Span<byte> bytes = Bytes;
        Write(Entry(head), NextAt, MemoryMarshal.Read<ushort>(bytes[LastHeadAt..]));
        StoreTrace.Point();
        Write(bytes, LastHeadAt, head);
        StoreTrace.Point();
        // The publishing store that follows is a release: whoever sees the element sees this.
    }

    /// <summary>Its used element is published.</summary>
    public void Left(ushort head, ushort usedIndex)
    {
        Volatile.Write(ref Entry(head)[0], 0);
        StoreTrace.Point();
        Volatile.Write(ref MemoryMarshal.AsRef<ushort>(Bytes[UsedIndexAt..]), usedIndex);
        StoreTrace.Point();
    }

    /// <summary>
    /// Reads what a lost back end left: clears what it had published and not cleared any more, and goes on from there. The record may be anybody's: what it says is worth no
    /// more than the ring itself.
    /// </summary>
    /// <param name="usedIndex">The ring's used index.</param>
    /// <returns>Heads that are outstanding, in the order in which they were taken; null: it is not a record of such a ring.</returns>
    public IReadOnlyList<ushort>? Recover(ushort usedIndex)
    {
        Span<byte> bytes = Bytes;
        ushort known = MemoryMarshal.Read<ushort>(bytes[UsedIndexAt..]), batch = (ushort)(usedIndex - known);
        if (MemoryMarshal.Read<ushort>(bytes[VersionAt..]) != Version || MemoryMarshal.Read<ushort>(bytes[EntriesAt..]) != _entries || batch > _entries)
            return null;
        ushort head = MemoryMarshal.Read<ushort>(bytes[LastHeadAt..]);
        for (int i = 0; i < batch; i++)
        {
            if (head >= _entries)
                return null;
            Entry(head)[0] = 0;
            head = MemoryMarshal.Read<ushort>(Entry(head)[NextAt..]);
        }

        Write(bytes, UsedIndexAt, usedIndex);
        var outstanding = new List<(ulong Counter, ushort Head)>();
        for (int i = 0; i < _entries; i++)
        {
            Span<byte> entry = Entry((ushort)i);
            if (entry[0] == 0)
                continue;
            ulong counter = MemoryMarshal.Read<ulong>(entry[CounterAt..]);
            outstanding.Add((counter, (ushort)i));
            _counter = Math.Max(_counter, counter);
        }

        return [.. outstanding.OrderBy(entry => entry.Counter).Select(entry => entry.Head)];
    }

    /// <summary>
    /// Reads the record of a ring that began at 0 and of which every chain that was taken was entered: then the n-th chain has the counter n, and each of them is outstanding or
    /// used. Goes on from there, as <see cref="Recover"/>.
    /// </summary>
    /// <param name="usedIndex">The ring's used index.</param>
    /// <returns>How many chains were taken, and those that are outstanding: the how-manieth each is, from 0, and its head. Null: it is not the record of such a ring.</returns>
    public (ulong Taken, IReadOnlyList<(ulong Sequence, ushort Head)> Outstanding)? RecoverAll(ushort usedIndex)
    {
        if (Recover(usedIndex) is not { } heads)
            return null;
        // The counter stays where it was written, until a later chain takes the head. A chain whose counter was written and nothing more was not taken.
        ulong taken = 0;
        for (int i = 0; i < _entries; i++)
            taken = Math.Max(taken, CounterOf((ushort)i));
        var indices = (ushort)(usedIndex + heads.Count);
        if ((ushort)taken != indices && taken > 0)
            taken--;
        var outstanding = new List<(ulong, ushort)>(heads.Count);
        ulong last = 0;
        foreach (ushort head in heads)
        {
            ulong counter = CounterOf(head);
            if (counter <= last || counter > taken)
                return null;
            outstanding.Add((counter - 1, head));
            last = counter;
        }

        _counter = taken;
        return (ushort)taken == indices && (ulong)heads.Count <= taken ? (taken, outstanding) : null;
    }

    private ulong CounterOf(ushort head) => MemoryMarshal.Read<ulong>(Entry(head)[CounterAt..]);

    private Span<byte> Entry(ushort head) => _window.GetSpan(_address + HeaderSize + ((ulong)head * EntrySize), EntrySize);

    private static void Write(Span<byte> bytes, int at, ushort value) => MemoryMarshal.Write(bytes[at..], value);
}
