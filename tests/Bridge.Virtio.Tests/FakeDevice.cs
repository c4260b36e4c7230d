using System.Buffers.Binary;

namespace Bridge.Virtio.Tests;

/// <summary>A device that obeys no rule: raw ring memory by offsets of its own. Little endian. Create it after the driver, which zeroes the ring.</summary>
internal sealed class FakeDevice(Rig rig)
{
    private ushort _index = rig.Start;

    public ushort UsedFlags
    {
        set => Put16(rig.Layout.Used, value);
    }

    public ushort UsedIndex
    {
        set => Put16(rig.Layout.Used + 2, value);
    }

    public ushort AvailableEvent
    {
        set => Put16(rig.Layout.Used + 4 + (8 * (ulong)rig.Layout.Size), value);
    }

    public ushort AvailableFlags => Get16(rig.Layout.Available);

    public ushort AvailableIndex => Get16(rig.Layout.Available + 2);

    public ushort UsedEvent => Get16(rig.Layout.Available + 4 + (2 * (ulong)rig.Layout.Size));

    public ushort AvailableEntry(int slot) => Get16(rig.Layout.Available + 4 + (2 * (ulong)slot));

    /// <summary>Puts a used element and moves the index on.</summary>
    public void Publish(uint id, uint length)
    {
        ulong entry = rig.Layout.Used + 4 + (8 * (ulong)(_index % rig.Layout.Size));
        BinaryPrimitives.WriteUInt32LittleEndian(rig.Window.GetSpan(entry, 4), id);
        BinaryPrimitives.WriteUInt32LittleEndian(rig.Window.GetSpan(entry + 4, 4), length);
        _index++;
        UsedIndex = _index;
    }

    /// <summary>Writes over everything that a device must never write: descriptors, available ring, indirect tables.</summary>
    public void ScribbleOverDriverMemory(byte value)
    {
        rig.Window.GetSpan(rig.Layout.Descriptors, (uint)RingLayout.DescriptorsLength(rig.Layout.Size)).Fill(value);
        rig.Window.GetSpan(rig.Layout.Available, (uint)RingLayout.AvailableLength(rig.Layout.Size)).Fill(value);
        rig.Window.GetSpan(rig.Tables.Address, (uint)IndirectTables.TotalLength(rig.Layout.Size, rig.Tables.TableEntries)).Fill(value);
    }

    private void Put16(ulong address, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(rig.Window.GetSpan(address, 2), value);

    private ushort Get16(ulong address) => BinaryPrimitives.ReadUInt16LittleEndian(rig.Window.GetSpan(address, 2));
}
