using BenchmarkDotNet.Attributes;
using Bridge.Link;

namespace Bridge.Benchmarks;

/// <summary>A frame written into a lane's output, with its CRC32C, and read out of the bytes again, with its check.</summary>
[MemoryDiagnoser]
public class FrameBenchmarks
{
    private readonly LaneOutput _output = new(1, 1);
    private readonly FrameParser _parser = new();

    /// <summary>Bytes of the frame's payload: one message, a small burst, a whole frame.</summary>
    [Params(530, 8192, FrameHeader.MaximumPayload)]
    public int Payload { get; set; }

    /// <summary>Joins the connection that the output writes.</summary>
    [GlobalSetup]
    public void SetUp() => _parser.Join(1, 1);

    /// <summary>There and back.</summary>
    [Benchmark]
    public int WriteAndRead()
    {
        Span<byte> payload = _output.Begin(FrameType.Posted, 1);
        payload[0]++;
        _output.End(Payload);
        _output.TryTake(out ReadOnlyMemory<byte> bytes);
        ReadOnlySpan<byte> input = bytes.Span;
        int length = 0;
        while (_parser.TryRead(ref input, out _, out ReadOnlySpan<byte> read))
            length += read.Length;
        _output.Release();
        return length;
    }
}
