using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>What a sockets port looks like at one moment. A snapshot, except that <paramref name="Bus"/> goes on counting.</summary>
/// <param name="Device">The device's name.</param>
/// <param name="Directory">The device's directory.</param>
/// <param name="IsRunning">DRIVER_OK has been said: messages flow.</param>
/// <param name="Features">Negotiated features; 0 while not running.</param>
/// <param name="Entries">Channels, endpoints and services, in this order, each by name.</param>
/// <param name="Counters">The port's counters.</param>
/// <param name="Bus">The bus's counters.</param>
public sealed record SocketsStatus(
    string Device, string Directory, bool IsRunning, ulong Features, IReadOnlyList<EntryStatus> Entries, SocketsCounters Counters, RpmsgCounters Bus);
