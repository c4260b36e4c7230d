namespace Bridge.Link.Tests;

/// <summary>A lane handler that keeps what it was told.</summary>
internal sealed class RecordingLane : ILaneHandler
{
    private readonly Lock gate = new();
    private readonly List<byte[]> payloads = [];
    private readonly List<string> calls = [];

    public Action<uint, CloseReason, string>? CloseConnection { get; set; }

    public LaneOutput? Output { get; private set; }

    /// <summary>Called inside OnFrame.</summary>
    public Action<byte[]>? Received { get; set; }

    /// <summary>Called inside OnLaneUp.</summary>
    public Action<LaneOutput>? Up { get; set; }

    public int Ups { get; private set; }

    public int Downs { get; private set; }

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (gate)
                return [.. calls];
        }
    }

    public IReadOnlyList<byte[]> Payloads
    {
        get
        {
            lock (gate)
                return [.. payloads];
        }
    }

    public void OnLaneUp(LaneOutput output)
    {
        lock (gate)
        {
            calls.Add($"up {output.Connection}");
            Ups++;
            Output = output;
        }

        Up?.Invoke(output);
    }

    public void OnFrame(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        byte[] copy = payload.ToArray();
        lock (gate)
        {
            calls.Add($"frame {header.Connection}");
            payloads.Add(copy);
        }

        Received?.Invoke(copy);
    }

    public void OnBatchEnd()
    {
    }

    public void OnLaneDown(uint connection)
    {
        lock (gate)
        {
            calls.Add($"down {connection}");
            Downs++;
            Output = null;
        }
    }
}
