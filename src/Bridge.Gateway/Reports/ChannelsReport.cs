namespace Bridge.Gateway.Reports;

/// <summary>The answer to <c>GET /channels</c>.</summary>
internal sealed record ChannelsReport
{
    /// <summary>Every channel, service and endpoint, by device and name.</summary>
    public required IReadOnlyList<ChannelReport> Channels { get; init; }
}
