namespace Bridge.Gateway.Reports;

/// <summary>A configuration as it can be shown to anybody: there is no secret in it.</summary>
internal sealed record ConfigurationReport
{
    /// <summary>The file.</summary>
    public required string File { get; init; }

    /// <summary>Every value of the file and of the environment, a line each: key = value.</summary>
    public required IReadOnlyList<string> Values { get; init; }

    /// <summary>What is wrong with it, a sentence each.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>The peers; empty when it has errors.</summary>
    public required IReadOnlyList<PeerReport> Peers { get; init; }
}
