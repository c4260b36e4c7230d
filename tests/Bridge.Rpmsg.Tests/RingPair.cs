using System.Buffers.Binary;
using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

/// <summary>Driver rings and device rings over the same memory, as after DRIVER_OK.</summary>
internal sealed class RingPair : IDisposable
{
    public const ulong Address = 0x4000_0000;

    private readonly HeapMemory _memory;

    public RingPair(RpmsgOptions? options = null, ulong features = VirtioFeatures.Version1)
    {
        Options = options ?? new RpmsgOptions();
        Features = features;
        _memory = new HeapMemory(RpmsgDriverRings.RequiredMemory(Options));
        Window = new Window(new WindowRegion(Address, _memory));
        Driver = new RpmsgDriverRings(Window, Address, Options, features);
        Device = new RpmsgDeviceRings(Window, Queue(Driver.Receive), Queue(Driver.Transmit), Options);
    }

    public RpmsgOptions Options { get; }

    public ulong Features { get; }

    public Window Window { get; }

    public RpmsgDriverRings Driver { get; }

    public RpmsgDeviceRings Device { get; }

    public static RingOptions RingOptions(ulong features) => new(
        EventIndex: (features & VirtioFeatures.EventIndex) != 0,
        LittleEndian: (features & VirtioFeatures.Version1) != 0 || BitConverter.IsLittleEndian);

    public ushort UsedIndex(RingLayout ring) => BinaryPrimitives.ReadUInt16LittleEndian(Window.GetSpan(ring.Used + 2, 2));

    /// <summary>Used element number <paramref name="index"/> (free running) as it stands in memory.</summary>
    public (uint Id, uint Length) Used(RingLayout ring, int index)
    {
        Span<byte> element = Window.GetSpan(ring.Used + 4 + (8 * (ulong)(index % ring.Size)), 8);
        return (BinaryPrimitives.ReadUInt32LittleEndian(element), BinaryPrimitives.ReadUInt32LittleEndian(element[4..]));
    }

    /// <summary>Descriptor as it stands in memory.</summary>
    public (ulong Address, uint Length, ushort Flags) Descriptor(RingLayout ring, int index)
    {
        Span<byte> descriptor = Window.GetSpan(ring.Descriptors + (16 * (ulong)index), 16);
        return (BinaryPrimitives.ReadUInt64LittleEndian(descriptor), BinaryPrimitives.ReadUInt32LittleEndian(descriptor[8..]), BinaryPrimitives.ReadUInt16LittleEndian(descriptor[12..]));
    }

    public void Dispose() => _memory.Dispose();

    private DeviceQueue Queue(RingLayout ring) => new(Window, ring, RingOptions(Features));
}
