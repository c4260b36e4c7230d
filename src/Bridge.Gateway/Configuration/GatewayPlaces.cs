namespace Bridge.Gateway.Configuration;

/// <summary>Where a command finds the running gateway.</summary>
/// <param name="RunDirectory">Directory of the application sockets.</param>
/// <param name="AdminSocket">Socket of the admin API.</param>
internal sealed record GatewayPlaces(string RunDirectory, string AdminSocket)
{
    /// <summary>The admin socket's name in the run directory, unless the configuration has it elsewhere.</summary>
    public const string AdminSocketName = "admin.sock";

    /// <summary>The places of a gateway with that run directory.</summary>
    public static GatewayPlaces Of(string runDirectory) => new(runDirectory, Path.Combine(runDirectory, AdminSocketName));
}
