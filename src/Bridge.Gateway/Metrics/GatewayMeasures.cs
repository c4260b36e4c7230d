using Bridge.Link;

namespace Bridge.Gateway.Metrics;

/// <summary>Everything that the instruments show, at one moment.</summary>
/// <param name="Name">The gateway's name.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Ready">What <c>/readyz</c> says.</param>
/// <param name="RefusedPeers">Who connected in vain, by reason; null: nobody.</param>
/// <param name="Links">Every link.</param>
/// <param name="Devices">Every device.</param>
internal sealed record GatewayMeasures(
    string Name, string Version, bool Ready, IReadOnlyDictionary<string, long>? RefusedPeers, IReadOnlyList<LinkStatus> Links, IReadOnlyList<DeviceMeasures> Devices);
