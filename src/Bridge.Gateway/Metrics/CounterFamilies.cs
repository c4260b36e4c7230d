using System.Collections.Frozen;
using System.Text.Json;

namespace Bridge.Gateway.Metrics;

/// <summary>
/// Which instrument shows which of the counters that relays, ports and buses keep. What is named nowhere is an event, so a new counter is shown from its first day.
/// </summary>
internal static class CounterFamilies
{
    /// <summary>Counters of messages that a configured policy dropped, with the reason.</summary>
    public static FrozenDictionary<string, string> Dropped { get; } = new Dictionary<string, string>
    {
        ["port.dropped"] = "quota",
        ["port.deniedIn"] = "denied_in",
        ["port.deniedOut"] = "denied_out",
        ["port.rateDropped"] = "rate",
    }.ToFrozenDictionary();

    /// <summary>Counters of messages that nobody could be given.</summary>
    public static FrozenSet<string> UndeliveredCounters { get; } = FrozenSet.Create(
        "port.emptyNotDelivered", "port.undeliverable", "port.noApplication", "port.strangers", "port.unsent", "port.tooLong", "port.cutOff",
        // Also what was on its way when its endpoint was closed: ordinary.
        "bus.unknownAddress");

    /// <summary>Counters of broken rules and of failures; not of what happens between well-behaved ends as well, because an alert follows.</summary>
    public static FrozenSet<string> FaultCounters { get; } = FrozenSet.Create(
        "relay.malformedChains", "relay.oversizedChains", "relay.brokenQueues", "relay.protocolFaults",
        "port.misaddressed", "port.announcementsRefused", "port.socketFailures", "port.badFlow", "port.flowViolations", "port.ringFaults", "port.faults", "port.unknownRequests",
        "bus.shortHeader", "bus.lengthBeyondBuffer", "bus.unterminatedName", "bus.badNameService", "bus.duplicateAnnouncement", "bus.tooManyAnnouncements",
        "bus.unknownWithdrawal", "bus.badFlow", "bus.badAddressService", "bus.addressServiceBusy", "bus.addressServiceReserved", "bus.addressServiceTooMany",
        "bus.addressServiceNotBound", "bus.ringFaults", "bus.bufferTooSmall", "bus.reportBeyondBuffer");

    /// <summary>Counters that have an instrument of their own.</summary>
    public static FrozenSet<string> ShownCounters { get; } = FrozenSet.Create(
        "relay.posted", "relay.postedBytes", "relay.used", "relay.usedBytes", "relay.notifications", "bus.sent", "bus.sentBytes", "bus.received", "bus.receivedBytes");

    /// <summary>The label of an undelivered message; null if the counter counts something else.</summary>
    public static string? Undelivered(string counter) => UndeliveredCounters.Contains(counter) ? Snake(counter[(counter.IndexOf('.', StringComparison.Ordinal) + 1)..]) : null;

    /// <summary>The label of a fault; null if the counter counts something else.</summary>
    public static string? Fault(string counter) => FaultCounters.Contains(counter) ? Snake(counter) : null;

    /// <summary>The label of an event; null if the counter counts something else.</summary>
    public static string? Event(string counter) =>
        Dropped.ContainsKey(counter) || UndeliveredCounters.Contains(counter) || FaultCounters.Contains(counter) || ShownCounters.Contains(counter) ? null : Snake(counter);

    private static string Snake(string counter) => JsonNamingPolicy.SnakeCaseLower.ConvertName(counter.Replace('.', '_'));
}
