using System.Text.Json.Serialization;

namespace Bridge.Gateway.Reports;

/// <summary>What <c>lab --json</c> prints; each scenario adds its own members. A member that was not measured is absent.</summary>
internal abstract record LabReport
{
    /// <summary>The scenario that ran.</summary>
    [JsonPropertyOrder(-1)]
    public required string Scenario { get; init; }

    /// <summary><c>quic</c> or <c>tcp</c>.</summary>
    [JsonPropertyOrder(-1)]
    public string? Transport { get; init; }

    /// <summary>The figures in the table's order, with what people call them. Numbers are shown as such, null is left out.</summary>
    public abstract IEnumerable<(string What, object? Value)> Figures();

    /// <summary>What is wrong with the figures, part of a sentence each.</summary>
    public abstract IEnumerable<string> Faults();
}
