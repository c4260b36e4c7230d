using BenchmarkDotNet.Attributes;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.Benchmarks;

/// <summary>rpmsg's own work: headers, announcements, and a message through both roles' rings.</summary>
[MemoryDiagnoser]
public class RpmsgBenchmarks : IDisposable
{
    private const ulong Address = 0x1_0000;
    private const int Length = 496;

    private readonly RpmsgOptions _options = new();
    private readonly byte[] _payload = new byte[Length];
    private readonly byte[] _header = new byte[RpmsgHeader.Size];
    private readonly byte[] _announcement = new byte[NameServiceMessage.Size];
    private readonly HeapMemory _memory;
    private readonly RpmsgDriverRings _driver;
    private readonly RpmsgDeviceRings _device;

    /// <summary>Makes rings of both roles over one memory.</summary>
    public RpmsgBenchmarks()
    {
        const ulong Features = VirtioFeatures.Version1 | VirtioFeatures.EventIndex;
        _memory = new HeapMemory(RpmsgDriverRings.RequiredMemory(_options));
        Window window = new(new WindowRegion(Address, _memory));
        _driver = new RpmsgDriverRings(window, Address, _options, Features);
        RingOptions ring = new(EventIndex: true);
        _device = new RpmsgDeviceRings(window, new DeviceQueue(window, _driver.Receive, ring), new DeviceQueue(window, _driver.Transmit, ring), _options);
    }

    /// <summary>A header written and read.</summary>
    [Benchmark]
    public uint Header()
    {
        new RpmsgHeader(1024, 1025, Length).Write(_header, littleEndian: true);
        return RpmsgHeader.TryRead(_header, littleEndian: true, out RpmsgHeader header) ? header.Destination : 0;
    }

    /// <summary>An announcement written and read; its name is a new string.</summary>
    [Benchmark]
    public uint NameService()
    {
        new NameServiceMessage("rpmsg-client-sample", 1024, NameServiceFlags.Create).Write(_announcement, littleEndian: true);
        return NameServiceMessage.TryRead(_announcement, littleEndian: true, out NameServiceMessage message, out _) ? message.Address : 0;
    }

    /// <summary>496 bytes from the driver's transmit buffer into the device's hands, and the buffer back.</summary>
    [Benchmark]
    public int MessageThroughRings()
    {
        _driver.TryReserve(out Span<byte> buffer);
        new RpmsgHeader(1024, 1025, Length).Write(buffer, littleEndian: true);
        _payload.CopyTo(buffer[RpmsgHeader.Size..]);
        _driver.Commit(RpmsgHeader.Size + Length);
        _device.TryReceive(out ReadOnlySpan<byte> message, out int token);
        int length = message.Length;
        _device.Release(token);
        return length + _driver.TakeNotifications() + _device.TakeNotifications();
    }

    /// <summary>Gives the memory back.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }
}
