namespace Bridge.Gateway.Bench;

/// <summary>What a run, or a part of it, has counted. One thread.</summary>
internal sealed class BenchTotals
{
    /// <summary>Round trips, each from when its message should have been sent.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Messages that a socket took.</summary>
    public long Sent { get; set; }

    /// <summary>Echoes in time.</summary>
    public long Received => Latencies.Count;

    /// <summary>Messages without an echo in time.</summary>
    public long Lost { get; set; }

    /// <summary>Echoes after their time; they count as lost too.</summary>
    public long Late { get; set; }

    /// <summary>Echoes with other content.</summary>
    public long Corrupted { get; set; }

    /// <summary>Messages that are no echo of ours.</summary>
    public long Foreign { get; set; }

    /// <summary>Messages that were due and never sent, because the channel took no more until the end of their phase.</summary>
    public long Unsent { get; set; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>Echoes per second.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? Received / Elapsed.TotalSeconds : 0;
}
