using System.Text.Json.Serialization;

namespace Bridge.Gateway.Reports;

/// <summary>The lab's channel between two applications.</summary>
internal sealed record ChannelLabReport : DeliveryLabReport
{
    /// <summary>Bytes of the file that went there and back.</summary>
    public long? Bytes { get; init; }

    /// <summary>Whether the file came back as it went.</summary>
    public bool? Sha256Match { get; init; }

    /// <summary>Messages that <c>send()</c> accepted.</summary>
    public long? Messages { get; init; }

    /// <summary>Round trips of the ping-pong. Behind the base's members, as scripts have always seen it.</summary>
    [JsonPropertyOrder(1)]
    public RoundTripReport? RttMicroseconds { get; init; }

    /// <summary>Rate of the burst.</summary>
    [JsonPropertyOrder(1)]
    public double? MessagesPerSecond { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string What, object? Value)> Figures() =>
    [
        ("channels", 1L),
        ("file bytes, there and back", Bytes),
        ("SHA-256", Sha256Match switch { true => "matches on both sides", false => "DIFFERS", null => null }),
        ("messages accepted by send()", Messages),
        .. Deliveries(),
        ("round trip p50, us", RttMicroseconds?.P50),
        ("round trip p99, us", RttMicroseconds?.P99),
        ("burst, messages per second", MessagesPerSecond),
    ];

    /// <inheritdoc/>
    public override IEnumerable<string> Faults() => Sha256Match == false ? base.Faults().Prepend("the file came back different") : base.Faults();
}
