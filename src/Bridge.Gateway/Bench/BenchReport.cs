namespace Bridge.Gateway.Bench;

/// <summary>What <c>bench --json</c> prints, and what the HTML page is made of. Latencies in microseconds.</summary>
internal sealed record BenchReport
{
    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>Its channels.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>Bytes of each message.</summary>
    public required int Length { get; init; }

    /// <summary>The load, phase by phase.</summary>
    public required IReadOnlyList<BenchPhase> Load { get; init; }

    /// <summary>When it was done, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took, the last echoes included.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>Messages that the channels took.</summary>
    public required long Sent { get; init; }

    /// <summary>Echoes in time.</summary>
    public required long Received { get; init; }

    /// <summary>Messages without an echo in time.</summary>
    public required long Lost { get; init; }

    /// <summary>Echoes that came later.</summary>
    public required long Late { get; init; }

    /// <summary>Echoes with other content; absent when it was not verified.</summary>
    public long? Corrupted { get; init; }

    /// <summary>Messages that were no echo of ours.</summary>
    public required long Foreign { get; init; }

    /// <summary>Messages that were due but never sent: the channels took no more.</summary>
    public required long Unsent { get; init; }

    /// <summary>Echoes per second.</summary>
    public required double Rate { get; init; }

    /// <summary>The shortest round trip; absent, as all below, when no echo came.</summary>
    public double? Min { get; init; }

    /// <summary>The mean.</summary>
    public double? Mean { get; init; }

    /// <summary>The longest.</summary>
    public double? Max { get; init; }

    /// <summary>Percentiles, ascending.</summary>
    public required IReadOnlyList<BenchPercentile> Percentiles { get; init; }

    /// <summary>Second by second.</summary>
    public required IReadOnlyList<BenchInterval> Intervals { get; init; }

    /// <summary>Each threshold and what became of it.</summary>
    public required IReadOnlyList<ThresholdResult> Thresholds { get; init; }

    /// <summary>Why the run ended before its time; absent when it did not.</summary>
    public string? Ended { get; init; }

    /// <summary>True: all thresholds are met, and it did not end before its time.</summary>
    public required bool Passed { get; init; }

    /// <summary>Makes the report of a run.</summary>
    public static BenchReport Of(BenchScenario scenario, BenchRun run, string? ended, DateTimeOffset at)
    {
        BenchTotals totals = run.Totals;
        ThresholdResult[] thresholds = [.. Conditions(scenario).Select(threshold => threshold.Judge(totals))];
        double? Latency(TimeSpan value) => totals.Received == 0 ? null : Math.Round(value.TotalMicroseconds, 1);
        return new BenchReport
        {
            Scenario = scenario.Name,
            Device = scenario.Device,
            Channels = scenario.Channels,
            Length = scenario.Length,
            Load = [.. scenario.Load.Take(run.PhaseStarts.Count).Zip(run.PhaseStarts, static (phase, start) => new BenchPhase(phase.ToString(), Math.Round(start, 3)))],
            At = at,
            ElapsedSeconds = Math.Round(totals.Elapsed.TotalSeconds, 3),
            Sent = totals.Sent,
            Received = totals.Received,
            Lost = totals.Lost,
            Late = totals.Late,
            Corrupted = scenario.Verify ? totals.Corrupted : null,
            Foreign = totals.Foreign,
            Unsent = totals.Unsent,
            Rate = Math.Round(totals.Rate, 1),
            Min = Latency(totals.Latencies.Smallest),
            Mean = Latency(totals.Latencies.Mean),
            Max = Latency(totals.Latencies.Largest),
            Percentiles = totals.Received == 0 ? [] : [.. BenchPercentile.Shown.Select(percent => new BenchPercentile(percent, Latency(totals.Latencies.Percentile(percent))!.Value))],
            Intervals = run.Intervals,
            Thresholds = thresholds,
            Ended = ended,
            Passed = ended is null && thresholds.All(static threshold => threshold.Met),
        };
    }

    private static IEnumerable<Threshold> Conditions(BenchScenario scenario)
    {
        if (scenario.Thresholds.Count > 0)
            return scenario.Thresholds;
        // What every user expects of a channel, and that anything came back at all.
        string[] standard = ["received>0", "lost=0", "corrupted=0", "foreign=0"];
        return standard.Select(static text => Threshold.TryParse(text, out Threshold? threshold) ? threshold! : throw new InvalidOperationException(text));
    }
}
