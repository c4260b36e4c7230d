namespace Bridge.Gateway.Configuration;

/// <summary>A whole, valid configuration: defaults filled in, paths absolute.</summary>
/// <param name="Name">What this gateway calls itself in hellos, logs and status.</param>
/// <param name="IdentityFile">PEM file with the gateway's key and certificate; created when absent.</param>
/// <param name="RunDirectory">Where the application sockets live.</param>
/// <param name="SocketMode">Permission bits of the sockets and their directories' contents.</param>
/// <param name="Group">Group that owns the sockets; null = the process's own.</param>
/// <param name="Listen">Addresses to listen on; empty = this gateway only dials.</param>
/// <param name="AdminSocket">Unix socket of the admin API.</param>
/// <param name="Links">The peers, in the file's order.</param>
/// <param name="Devices">The devices, in the file's order; each names one of <paramref name="Links"/>.</param>
internal sealed record GatewayConfiguration(
    string Name,
    string IdentityFile,
    string RunDirectory,
    UnixFileMode SocketMode,
    string? Group,
    IReadOnlyList<HostPort> Listen,
    string AdminSocket,
    IReadOnlyList<LinkConfiguration> Links,
    IReadOnlyList<DeviceConfiguration> Devices)
{
    /// <summary>A successor goes on where this process ends.</summary>
    public bool Keeps { get; init; } = true;

    /// <summary>Where the figures can be had.</summary>
    public MetricsConfiguration Metrics { get; init; } = MetricsConfiguration.None;
}
