using Bridge.Gateway.Reports;
using Bridge.Rpmsg;

namespace Bridge.Gateway.Composition;

/// <summary>What a port adds to a device's report.</summary>
/// <param name="Channels">Channels, endpoints and services; none where they are not this gateway's.</param>
/// <param name="Counters">Everything that the port counted, by name.</param>
/// <param name="Waits">What the device waits for while it has no status; null: for the other side.</param>
/// <param name="HeldQueue">The queue that somebody makes wait; null: none.</param>
/// <param name="HeldBy">Who does.</param>
/// <param name="MaximumMessage">Longest message of an rpmsg device in bytes; null where it is not this gateway's to say.</param>
/// <param name="Bus">The rpmsg bus's counters; null where it is not this gateway's.</param>
/// <param name="Socket">Where a front end connects; null: not here.</param>
/// <param name="LocalDriver">With a cross-connect: the driver of this machine; null where the only driver is the one behind the link, or here.</param>
internal sealed record LocalPortReport(
    IReadOnlyList<ChannelReport> Channels,
    IReadOnlyDictionary<string, long> Counters,
    string? Waits = null,
    int? HeldQueue = null,
    string? HeldBy = null,
    int? MaximumMessage = null,
    RpmsgCounters? Bus = null,
    string? Socket = null,
    LocalDriver? LocalDriver = null);
