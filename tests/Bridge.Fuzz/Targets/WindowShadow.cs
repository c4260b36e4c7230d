using System.Buffers.Binary;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Fuzz.Targets;

/// <summary>
/// What a driver's window may look like after the peer gateway has said something: as before, but for writable segments of chains that were outstanding, and for the fields of used
/// rings that this side computes: the index, as many entries as it moved by, each naming a chain that was outstanding and a length that the chain can hold, flags and event index.
/// </summary>
internal sealed class WindowShadow(FakeDriver driver)
{
    private readonly byte[] _before = new byte[driver.Memory.Length];

    /// <summary>The window as it is now is what is compared with.</summary>
    public void Remember() => driver.Memory.CopyTo(_before);

    /// <summary>Compares. How many used elements were published.</summary>
    public int Compare(IReadOnlyDictionary<(int Queue, ushort Head), LentChain> outstanding)
    {
        ReadOnlySpan<byte> now = driver.Memory;
        int published = 0;
        for (int queue = 0; queue < driver.Layouts.Length; queue++)
            published += CompareUsed(queue, driver.Layouts[queue], now, outstanding);
        foreach (LentChain chain in outstanding.Values)
        {
            foreach (Segment segment in chain.Writable)
                Allow(now, segment.Address, segment.Length);
        }

        int same = _before.AsSpan().CommonPrefixLength(now);
        FuzzFindException.Unless(same == now.Length, $"byte 0x{FakeDriver.Base + (ulong)same:x} of the driver's window changed, which no outstanding chain lends");
        return published;
    }

    private int CompareUsed(int queue, RingLayout layout, ReadOnlySpan<byte> now, IReadOnlyDictionary<(int Queue, ushort Head), LentChain> outstanding)
    {
        int at = (int)(layout.Used - FakeDriver.Base), entries = at + 4;
        ushort from = Index(_before, at), to = Index(now, at);
        int moved = (ushort)(to - from);
        FuzzFindException.Unless(moved <= layout.Size, $"queue {queue}: the used index went from {from} to {to}");
        for (int i = 0; i < moved; i++)
        {
            int entry = entries + 8 * ((from + i) % layout.Size);
            uint head = BinaryPrimitives.ReadUInt32LittleEndian(now[entry..]), length = BinaryPrimitives.ReadUInt32LittleEndian(now[(entry + 4)..]);
            FuzzFindException.Unless(head <= ushort.MaxValue && outstanding.TryGetValue((queue, (ushort)head), out LentChain? chain) && length <= Total(chain),
                $"queue {queue}: used element {head} of length {length} names no outstanding chain that holds it");
            Allow(now, FakeDriver.Base + (ulong)entry, 8);
        }

        FuzzFindException.Unless(BinaryPrimitives.ReadUInt16LittleEndian(now[at..]) <= 1, $"queue {queue}: used flags");
        Allow(now, layout.Used, 4);
        Allow(now, layout.Used + 4 + (8 * (ulong)layout.Size), 2);
        return moved;
    }

    // rpmsg's reported length counts readable bytes too (open-amp computes its next buffer size from it).
    private static ulong Total(LentChain chain) =>
        (ulong)chain.Readable.Sum(segment => segment.Length) + (ulong)chain.Writable.Sum(segment => segment.Length);

    private static ushort Index(ReadOnlySpan<byte> window, int used) => BinaryPrimitives.ReadUInt16LittleEndian(window[(used + 2)..]);

    private void Allow(ReadOnlySpan<byte> now, ulong address, ulong length)
    {
        int at = (int)(address - FakeDriver.Base);
        now.Slice(at, (int)length).CopyTo(_before.AsSpan(at));
    }
}
