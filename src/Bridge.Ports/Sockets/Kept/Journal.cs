using Bridge.Linux;
using Bridge.Virtio;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>
/// Changes to records, all or nothing: they are written beside, counted (from here on they count), and then carried out; whoever finds them counted carries them out again.
/// </summary>
internal sealed class Journal(StateFile file)
{
    // Where a slot's change stands, to write it again in the same place; -1: nowhere.
    private readonly int[] _places = CreatePlaces();
    private readonly int[] _slots = new int[KeptLayout.JournalEntries];
    private int _count;

    /// <summary>Something has changed that does not count yet.</summary>
    public bool HasChanges => _count > 0;

    private ref KeptCounts Counts => ref file.At<KeptCounts>(KeptLayout.Counts);

    /// <summary>A slot's next content, to be filled: what it holds so far, or what was written last.</summary>
    public ref T Change<T>(int slot)
        where T : unmanaged
    {
        if (_places[slot] < 0 && _count == KeptLayout.JournalEntries)
        {
            // More than can be done at once: a successor may find a part of it.
            Commit(released: null);
        }

        int place = _places[slot];
        if (place < 0)
        {
            // What counts still must not be written over.
            Clear();
            place = _places[slot] = _count;
            _slots[_count++] = slot;
            file.At<int>(Entry(place)) = slot;
            Content(place).Clear();
        }

        return ref file.At<T>(Entry(place) + 8);
    }

    /// <summary>Everything that was changed counts, together with the received message that caused it.</summary>
    /// <param name="released">Where the receive ring stands before that message's buffer is given back; null: no message is.</param>
    public void Commit(ushort? released)
    {
        ref KeptCounts counts = ref Counts;
        counts.HasRelease = released is null ? 0u : 1u;
        counts.Released = released ?? 0u;
        StoreTrace.Point();
        Volatile.Write(ref counts.JournalCount, _count);
        StoreTrace.Point();
        for (int i = 0; i < _count; i++)
        {
            _places[_slots[i]] = -1;
        }

        _count = 0;
        Apply();
        if (released is null)
        {
            Clear();
        }
    }

    /// <summary>Nothing of it counts any more: a received message's buffer has been given back, or it did not matter.</summary>
    public void Clear()
    {
        ref int count = ref Counts.JournalCount;
        if (count != 0)
        {
            Volatile.Write(ref count, 0);
            StoreTrace.Point();
        }
    }

    /// <summary>Carries out what a predecessor, or this process, had counted. Returns the ring position of a message that is dealt with; null: none.</summary>
    public ushort? Recover()
    {
        ref KeptCounts counts = ref Counts;
        if (counts.JournalCount == 0)
        {
            return null;
        }

        Apply();
        return counts.HasRelease != 0 ? (ushort)counts.Released : null;
    }

    private static int[] CreatePlaces()
    {
        int[] places = new int[KeptLayout.Slots];
        Array.Fill(places, -1);
        return places;
    }

    private static ulong Entry(int place) => KeptLayout.Journal + ((ulong)place * KeptLayout.JournalEntrySize);

    private Span<byte> Content(int place) => file.Span(Entry(place) + 8, KeptLayout.SlotSize);

    private void Apply()
    {
        int count = Math.Min(Counts.JournalCount, KeptLayout.JournalEntries);
        for (int i = 0; i < count; i++)
        {
            int slot = file.At<int>(Entry(i));
            if ((uint)slot < KeptLayout.Slots)
            {
                Content(i).CopyTo(file.Span(KeptLayout.Records + ((ulong)slot * KeptLayout.SlotSize), KeptLayout.SlotSize));
                StoreTrace.Point();
            }
        }
    }
}
