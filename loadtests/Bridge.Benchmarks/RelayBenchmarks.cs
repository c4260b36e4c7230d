using BenchmarkDotNet.Attributes;
using Bridge.LoadTests.Engine;

namespace Bridge.Benchmarks;

/// <summary>Capture and apply: from the driver's ring into frames, from the frames into the device's ring, and the used element back. Both sides on one thread, without a transport.</summary>
[MemoryDiagnoser]
public class RelayBenchmarks : IAsyncDisposable
{
    // As many of the longest messages as an output takes at once.
    private const int Ring = 32;

    private JoinedEngine? _engine;

    /// <summary>Bytes of a message.</summary>
    [Params(64, 496, 4080)]
    public int Length { get; set; }

    /// <summary>Joins two relays and brings the device up.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _engine = new JoinedEngine(Ring, Length);
        long before = _engine.Sent;
        _engine.Turn();
        if (_engine.Sent - before != Ring)
            throw new InvalidOperationException($"{_engine.Sent - before} messages went through where {Ring} were expected");
    }

    /// <summary>As many messages as the ring holds. Per message.</summary>
    [Benchmark(OperationsPerInvoke = Ring)]
    public long Messages()
    {
        _engine!.Turn();
        return _engine.Sent;
    }

    /// <summary>Takes both sides down.</summary>
    [GlobalCleanup]
    public Task CleanUpAsync() => DisposeAsync().AsTask();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
            await _engine.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
