using BenchmarkDotNet.Attributes;
using Bridge.Virtio;

namespace Bridge.Benchmarks;

/// <summary>A chain through a ring and back: made available, taken, used, taken back. Per chain, in bursts of 64 and one by one.</summary>
[MemoryDiagnoser]
public class RingBenchmarks : IDisposable
{
    private const int Size = 256, Burst = 64, BufferSize = 512;
    private const ulong Base = 0x1_0000;

    private readonly Chain _chain = new();
    private HeapMemory? _memory;
    private DriverQueue? _driver;
    private DeviceQueue? _device;
    private ulong _buffers;

    /// <summary>Whether notifications are suppressed by event indices.</summary>
    [Params(false, true)]
    public bool EventIndex { get; set; }

    /// <summary>Makes ring and buffers.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _buffers = Base + ((RingLayout.PackedLength(Size) + 0xFFF) & ~0xFFFul);
        _memory = new HeapMemory(_buffers - Base + Size * BufferSize);
        Window window = new(new WindowRegion(Base, _memory));
        RingLayout layout = RingLayout.Packed(Base, Size);
        RingOptions options = new(EventIndex);
        (_driver, _device) = (new DriverQueue(window, layout, options), new DeviceQueue(window, layout, options));
    }

    /// <summary>64 chains made available, then taken, then used, then taken back.</summary>
    [Benchmark(OperationsPerInvoke = Burst)]
    public int BurstOf64()
    {
        int done = 0;
        for (int i = 0; i < Burst; i++)
            Offer(i);
        while (_device!.TryTake(_chain))
            _device.Push(_chain.Head, 0);
        while (_driver!.TryTakeUsed(out _))
            done++;
        return done;
    }

    /// <summary>The same, one chain at a time, with the question whether to notify.</summary>
    [Benchmark]
    public bool OneByOne()
    {
        Offer(0);
        bool notify = _driver!.ShouldNotify();
        _device!.TryTake(_chain);
        _device.Push(_chain.Head, 0);
        notify |= _device.ShouldNotify();
        return _driver.TryTakeUsed(out _) | notify;
    }

    /// <summary>Gives the memory back.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _memory?.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Offer(int index)
    {
        Segment segment = new(_buffers + (ulong)(index * BufferSize), BufferSize);
        _driver!.TryAdd(new ReadOnlySpan<Segment>(in segment), [], index, out _);
    }
}
