using System.Runtime.InteropServices;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Relay;

/// <summary>
/// The memory of one life of a device, which a successor of this process goes on with: a header that says what is constant, the relay's records, and the window that rings and
/// buffers lie in. How far the life is, is in no header: the rings' own indices and the records say it.
/// <code>
///   0 header   16 KiB u64 ended, u64 device life that was told of this one   32 KiB the records of the queues   (multiple of 64 KiB) the window
/// </code>
/// </summary>
/// <remarks>Belongs to the device's turn.</remarks>
public sealed class KeptLife : IDisposable
{
    private const uint HeaderRoom = 16 << 10;
    private const ulong EndedAt = HeaderRoom, ToldAt = EndedAt + sizeof(ulong);
    private const ulong RecordsAt = 32 << 10, Alignment = 64 << 10;

    private readonly ILifeStore _store;
    private readonly WindowMemory _memory;
    private readonly Window _own;
    private readonly byte[] _port;

    private KeptLife(ILifeStore store, WindowMemory memory, ulong windowOffset, ulong windowAddress, ulong windowSize, byte[] port)
    {
        (_store, _memory, _port) = (store, memory, port);
        _own = new Window(new WindowRegion(0, memory, 0, windowOffset));
        Window = new Window(new WindowRegion(windowAddress, memory, windowOffset, windowSize));
        WindowSize = windowSize;
    }

    /// <summary>What the rings and buffers lie in.</summary>
    public Window Window { get; }

    /// <summary>Its length, bytes.</summary>
    public ulong WindowSize { get; }

    /// <summary>Nobody can go on with it any more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Which reset of the driver it began with; 0 as long as it has not been published.</summary>
    public ulong DriverLife => Header?.DriverLife ?? 0;

    /// <summary>Features that its rings were made with.</summary>
    public ulong RingFeatures => Header?.RingFeatures ?? 0;

    /// <summary>What is constant; null as long as it has not been published.</summary>
    internal LifeHeader? Header { get; private set; }

    /// <summary>The device side that was told of this life, or is about to be; 0: none yet, so nothing of it has left this side.</summary>
    internal ulong ToldDeviceLife
    {
        get => Volatile.Read(ref Word(ToldAt));
        set
        {
            Volatile.Write(ref Word(ToldAt), value);
            StoreTrace.Point();
        }
    }

    /// <summary>Bytes that the records of a driver side's queues take.</summary>
    /// <param name="rings">Entries of each ring.</param>
    public static ulong DriverRecords(params ReadOnlySpan<int> rings)
    {
        ulong length = 0;
        foreach (int entries in rings)
            length += InflightRecord.LengthFor(entries);
        return length;
    }

    /// <summary>Makes memory for a new life. A successor does not find it until the relay has published it.</summary>
    /// <param name="store">Where.</param>
    /// <param name="records">Bytes of the relay's records.</param>
    /// <param name="windowAddress">First address of the window; a multiple of 64 KiB.</param>
    /// <param name="windowSize">Its length, bytes.</param>
    /// <param name="port">Whatever of the port's options must be the same in a successor.</param>
    /// <exception cref="IOException">The system has not that much memory.</exception>
    public static KeptLife Begin(ILifeStore store, ulong records, ulong windowAddress, ulong windowSize, ReadOnlySpan<byte> port)
    {
        ulong offset = WindowOffset(records);
        return new KeptLife(store, store.Create(offset + windowSize), offset, windowAddress, windowSize, port.ToArray());
    }

    /// <summary>What an earlier process left; null if there is nothing, or nothing that can be gone on with: then that has been logged in one line, and is removed.</summary>
    /// <param name="store">Where.</param>
    /// <param name="side">Of which side it must be.</param>
    /// <param name="device">And of which device.</param>
    /// <param name="windowAddress">First address of the window.</param>
    /// <param name="port">As it was given to <see cref="Begin"/>.</param>
    /// <param name="log">Of the device.</param>
    /// <param name="driverLife">The life that whatever else the port keeps belongs to; null: it keeps nothing else.</param>
    public static KeptLife? Recover(ILifeStore store, RelaySide side, string device, ulong windowAddress, ReadOnlySpan<byte> port, ILogger log, ulong? driverLife = null)
    {
        if (store.Open() is not { } memory)
            return null;
        try
        {
            LifeHeader header = ReadHeader(memory);
            if (header.Side != side || header.Device != device)
                throw new InvalidDataException($"it is of {header.Device}, {header.Side}");
            if (header.Boot != store.Boot)
                throw new InvalidDataException("the machine was started anew since");
            if (!header.Port.AsSpan().SequenceEqual(port))
                throw new InvalidDataException("the device is configured otherwise now");
            if (driverLife is { } wanted && header.DriverLife != wanted)
                throw new InvalidDataException("what its applications had under way belongs to another life, or is lost");
            if (header.WindowSize == 0 || header.WindowSize > memory.Size)
                throw new InvalidDataException($"it says that its window has {header.WindowSize} bytes of {memory.Size}");
            var life = new KeptLife(store, memory, memory.Size - header.WindowSize, windowAddress, header.WindowSize, header.Port) { Header = header };
            if (life.Word(EndedAt) != 0)
                throw new InvalidDataException("it had ended, or had come to where it could not be gone on with");
            return life;
        }
        catch (Exception unusable) when (unusable is InvalidDataException or ArgumentException or RingFaultException)
        {
            RelayLog.LifeNotRecovered(log, device, unusable.Message);
            store.Remove();
            memory.Dispose();
            return null;
        }
    }

    /// <summary>Nobody goes on with it. The memory stays until <see cref="Dispose"/>.</summary>
    public void End()
    {
        if (HasEnded)
            return;
        HasEnded = true;
        // First in the memory, which cannot fail.
        Volatile.Write(ref Word(EndedAt), 1UL);
        StoreTrace.Point();
        _store.Remove();
    }

    /// <summary>Gives the memory back: nothing may touch it any more. The life stays: a successor finds it, unless it has ended.</summary>
    public void Dispose() => _memory.Dispose();

    /// <summary>From now on a successor finds it. All that it needs must be there.</summary>
    /// <exception cref="IOException">That is not possible.</exception>
    internal void Publish(LifeHeader header)
    {
        Header = header with { Boot = _store.Boot, Port = _port, WindowSize = WindowSize };
        if (!Header.TryWrite(_own.GetSpan(0, HeaderRoom)))
            throw new IOException($"a header of {Header.Queues.Count} queues does not fit");
        _store.Publish();
    }

    /// <summary>A driver side's record of a queue.</summary>
    /// <param name="queue">Its index.</param>
    /// <param name="rings">Entries of all rings.</param>
    internal InflightRecord DriverRecord(int queue, ReadOnlySpan<int> rings) => new(_own, RecordsAt + DriverRecords(rings[..queue]), rings[queue]);

    /// <summary>A device side's record of a queue.</summary>
    /// <param name="queue">Its index.</param>
    /// <param name="places">Places of all queues.</param>
    internal PlaceRecord DeviceRecord(int queue, ReadOnlySpan<int> places)
    {
        ulong at = RecordsAt;
        foreach (int before in places[..queue])
            at += PlaceRecord.LengthFor(before);
        return new PlaceRecord(_own, at, places[queue]);
    }

    private static ulong WindowOffset(ulong records) => (RecordsAt + records + Alignment - 1) & ~(Alignment - 1);

    private static LifeHeader ReadHeader(WindowMemory memory)
    {
        if (memory.Size < RecordsAt)
            throw new InvalidDataException($"it has only {memory.Size} bytes");
        return LifeHeader.Read(new Window(new WindowRegion(0, memory)).GetSpan(0, HeaderRoom).ToArray());
    }

    private ref ulong Word(ulong at) => ref MemoryMarshal.AsRef<ulong>(_own.GetSpan(at, sizeof(ulong)));
}
