namespace Bridge.Ports.VhostUser;

/// <summary>What a vhost-user device port looks like at one moment. A snapshot, except that <paramref name="Counters"/> goes on counting.</summary>
/// <param name="SocketPath">The socket that the back end listens on.</param>
/// <param name="IsOffered">A back end has said what the device is.</param>
/// <param name="BackEndProcess">The connected back end's process; null while there is none.</param>
/// <param name="IsRunning">A driver runs, and the back end has its rings.</param>
/// <param name="HasInflightRegion">The back end keeps a region that tells its successor which chains it had.</param>
/// <param name="LastFault">Why the last connection that failed did; null if none did.</param>
/// <param name="Counters">The port's counters.</param>
public sealed record VhostUserDeviceStatus(
    string SocketPath, bool IsOffered, int? BackEndProcess, bool IsRunning, bool HasInflightRegion, string? LastFault, VhostUserDeviceCounters Counters);
