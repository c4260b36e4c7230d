using System.Diagnostics;
using System.Diagnostics.Metrics;
using Bridge.Link;

namespace Bridge.Gateway.Composition;

/// <summary>Instruments of links; any exporter of System.Diagnostics.Metrics can be attached to the meter.</summary>
internal static class LinkMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Bridge.Link";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> EndedConnections =
        Meter.CreateCounter<long>("bridge.link.connections.ended", "{connection}", "Connections that were up and ended, by reason.");

    private static readonly Counter<long> RefusedPeers =
        Meter.CreateCounter<long>("bridge.link.peers.refused", "{peer}", "Who connected and did not become a link's connection, by reason.");

    /// <summary>A connection that was up has ended.</summary>
    public static void Ended(PeerLink link, CloseReason reason) =>
        EndedConnections.Add(1, new TagList { { "link", link.Name }, { "error.type", reason.ToString() } });

    /// <summary>Somebody was refused.</summary>
    public static void Refused(RefusedPeer peer) => RefusedPeers.Add(1, new KeyValuePair<string, object?>("error.type", peer.Reason.ToString()));
}
