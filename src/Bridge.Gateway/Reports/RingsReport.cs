namespace Bridge.Gateway.Reports;

/// <summary>The answer to <c>GET /rings</c> and what <c>rings --json</c> prints.</summary>
internal sealed record RingsReport
{
    /// <summary>Every device's queues.</summary>
    public required IReadOnlyList<RingDeviceReport> Devices { get; init; }
}
