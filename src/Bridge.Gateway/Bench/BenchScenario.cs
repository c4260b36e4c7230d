namespace Bridge.Gateway.Bench;

/// <summary>What a run does: to which channels, with which messages, under which load, and what it must satisfy.</summary>
internal sealed record BenchScenario
{
    /// <summary>Messages of rpmsg_char_benchmark unless it is told otherwise, which this has in common with it.</summary>
    public const int StandardCount = 100;

    /// <summary>Bytes of its messages.</summary>
    public const int StandardLength = 100;

    /// <summary>For reports.</summary>
    public string Name { get; init; } = "bench";

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>Channels; messages go to them in turn.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>Bytes of a message.</summary>
    public int Length { get; init; } = StandardLength;

    /// <summary>One phase after the other.</summary>
    public required IReadOnlyList<LoadPhase> Load { get; init; }

    /// <summary>Messages after which the run ends, warm-up not counted; null: when the phases are over.</summary>
    public long? Count { get; init; }

    /// <summary>The first phase's load before anything is counted.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.Zero;

    /// <summary>How long an echo is awaited.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Every byte is compared.</summary>
    public bool Verify { get; init; }

    /// <summary>What must hold; empty: nothing is lost, corrupted or foreign.</summary>
    public IReadOnlyList<Threshold> Thresholds { get; init; } = [];
}
