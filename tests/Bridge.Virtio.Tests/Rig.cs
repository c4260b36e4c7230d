namespace Bridge.Virtio.Tests;

/// <summary>
/// A window with a ring, indirect tables and one buffer per ring entry, for tests of either side or of both against each other. The window begins far from
/// zero so that an address taken for an offset is outside.
/// </summary>
internal sealed class Rig : IDisposable
{
    public const ulong Base = 0x1_2345_0000;
    public const int BufferLength = 64;
    public const int TableEntries = 8;

    public Rig(int size, RingOptions? options = null, ushort start = 0)
    {
        Options = options ?? new RingOptions();
        Start = start;
        Layout = RingLayout.Packed(Base, size);
        Tables = new IndirectTables(AlignUp(Base + RingLayout.PackedLength(size), 16), TableEntries);
        Buffers = Tables.Address + IndirectTables.TotalLength(size, TableEntries);
        Memory = new HeapMemory(Buffers - Base + ((ulong)size * BufferLength));
        Window = new Window(new WindowRegion(Base, Memory));
    }

    public RingOptions Options { get; }

    public ushort Start { get; }

    public RingLayout Layout { get; }

    public IndirectTables Tables { get; }

    public ulong Buffers { get; }

    public HeapMemory Memory { get; }

    public Window Window { get; }

    /// <summary>Zeroes the ring: create it before the device.</summary>
    public DriverQueue CreateDriver() => new(Window, Layout, Options, Tables, Start);

    public DeviceQueue CreateDevice() => new(Window, Layout, Options, Start, Start);

    public Segment Buffer(int index, uint length = BufferLength) => new(Buffers + ((ulong)index * BufferLength), length);

    public Span<byte> BytesOf(Segment segment) => Window.GetSpan(segment.Address, segment.Length);

    /// <summary>The ring's bytes, all three parts.</summary>
    public Span<byte> RingBytes => Window.GetSpan(Layout.Descriptors, (uint)RingLayout.PackedLength(Layout.Size));

    public void Dispose() => Memory.Dispose();

    private static ulong AlignUp(ulong value, ulong align) => (value + align - 1) / align * align;
}
