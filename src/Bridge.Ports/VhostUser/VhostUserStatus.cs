namespace Bridge.Ports.VhostUser;

/// <summary>What a vhost-user port looks like at one moment. A snapshot, except that <paramref name="Counters"/> goes on counting.</summary>
/// <param name="SocketPath">The socket that the front end connects to.</param>
/// <param name="IsListening">The socket is there: the remote device is known.</param>
/// <param name="FrontEndProcess">The connected front end's process; null while there is none.</param>
/// <param name="UnsealedRegions">Regions of its memory that it could cut short.</param>
/// <param name="LastFault">Why the last connection that was closed by this side was closed; null if none was.</param>
/// <param name="Counters">The port's counters.</param>
public sealed record VhostUserStatus(
    string SocketPath, bool IsListening, int? FrontEndProcess, int UnsealedRegions, string? LastFault, VhostUserCounters Counters);
