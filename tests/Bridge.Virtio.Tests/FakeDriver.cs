using System.Buffers.Binary;

namespace Bridge.Virtio.Tests;

/// <summary>
/// A driver that obeys no rule: writes and reads raw ring memory by offsets of its own, taken from the specification's structs, not from the code under
/// test. Little endian unless told otherwise. Zeroed ring, index as the rig starts.
/// </summary>
internal sealed class FakeDriver
{
    public const ushort Next = 1;
    public const ushort Write = 2;
    public const ushort Indirect = 4;

    private readonly Rig _rig;
    private ushort _index;

    public FakeDriver(Rig rig)
    {
        _rig = rig;
        _index = rig.Start;
        rig.RingBytes.Clear();
        AvailableIndex = _index;
    }

    public ushort AvailableFlags
    {
        set => Put16(_rig.Layout.Available, value);
    }

    public ushort AvailableIndex
    {
        set => Put16(_rig.Layout.Available + 2, value);
    }

    public ushort UsedEvent
    {
        set => Put16(_rig.Layout.Available + 4 + (2 * (ulong)_rig.Layout.Size), value);
    }

    public ushort UsedFlags => Get16(_rig.Layout.Used);

    public ushort UsedIndex => Get16(_rig.Layout.Used + 2);

    public ushort AvailableEvent => Get16(_rig.Layout.Used + 4 + (8 * (ulong)_rig.Layout.Size));

    public (uint Id, uint Length) UsedEntry(int slot) =>
        (Get32(_rig.Layout.Used + 4 + (8 * (ulong)slot)), Get32(_rig.Layout.Used + 8 + (8 * (ulong)slot)));

    public void Descriptor(int index, ulong address, uint length, int flags = 0, int next = 0) =>
        Entry(_rig.Layout.Descriptors + (16 * (ulong)index), address, length, flags, next);

    public void Descriptor(int index, Segment segment, int flags = 0, int next = 0) => Descriptor(index, segment.Address, segment.Length, flags, next);

    /// <summary>Entry <paramref name="index"/> of an indirect table at <paramref name="table"/>.</summary>
    public void TableEntry(ulong table, int index, Segment segment, int flags = 0, int next = 0) =>
        Entry(table + (16 * (ulong)index), segment.Address, segment.Length, flags, next);

    /// <summary>Puts a head into the available ring and moves the index on.</summary>
    public void Publish(int head)
    {
        AvailableEntry(_index % _rig.Layout.Size, (ushort)head);
        _index++;
        AvailableIndex = _index;
    }

    public void AvailableEntry(int slot, ushort head) => Put16(_rig.Layout.Available + 4 + (2 * (ulong)slot), head);

    private void Entry(ulong at, ulong address, uint length, int flags, int next)
    {
        Span<byte> bytes = _rig.Window.GetSpan(at, 16);
        bool little = _rig.Options.LittleEndian;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, little ? address : BinaryPrimitives.ReverseEndianness(address));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], little ? length : BinaryPrimitives.ReverseEndianness(length));
        Put16(at + 12, (ushort)flags);
        Put16(at + 14, (ushort)next);
    }

    private void Put16(ulong address, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(
        _rig.Window.GetSpan(address, 2), _rig.Options.LittleEndian ? value : BinaryPrimitives.ReverseEndianness(value));

    private ushort Get16(ulong address)
    {
        ushort value = BinaryPrimitives.ReadUInt16LittleEndian(_rig.Window.GetSpan(address, 2));
        return _rig.Options.LittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    private uint Get32(ulong address)
    {
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(_rig.Window.GetSpan(address, 4));
        return _rig.Options.LittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}
