using Microsoft.Extensions.Logging;

namespace Bridge.Link.Connections;

/// <summary>What all connections of one link share.</summary>
internal sealed class ConnectionSettings
{
    /// <summary>The link's name, for the log.</summary>
    public required string Link { get; init; }

    public required SessionOptions Session { get; init; }

    public required IReadOnlyList<LaneRegistration> Devices { get; init; }

    public required ConnectionCounter Counter { get; init; }

    public required TrafficCounters Traffic { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Called once per connection whose lanes are up, on its reader's thread.</summary>
    public required Action<LinkConnection> Established { get; init; }
}
