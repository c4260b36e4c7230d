using Bridge.Linux;

namespace Bridge.Gateway.Configuration;

/// <summary>Where things live when the configuration does not say: the service manager's directories first, then the user's (XDG base directories).</summary>
/// <param name="variable">Reads an environment variable; null or empty = not set.</param>
internal sealed class StandardPaths(Func<string, string?> variable)
{
    private const string Program = "rpmsg-bridge", IdentityName = "identity.pem";

    /// <summary>The paths of this process.</summary>
    public static StandardPaths Process { get; } = new(Environment.GetEnvironmentVariable);

    // RuntimeDirectory= of the service that the packages install.
    private const string SystemRunDirectory = "/run/rpmsg-bridge";

    /// <summary>The identity's PEM file: a credential (systemd.exec(5), LoadCredential=) where the service manager gives one.</summary>
    public string Identity => Get("CREDENTIALS_DIRECTORY") is { } credentials && Path.Combine(credentials, IdentityName) is var credential && File.Exists(credential)
        ? credential
        : StateIdentity;

    private string StateIdentity => Path.Combine(
        First("STATE_DIRECTORY")
            ?? (Get("XDG_STATE_HOME") is { } state ? Path.Combine(state, Program) : Path.Combine(Home, ".local", "state", Program)),
        IdentityName);

    /// <summary>The run directory, with the application sockets.</summary>
    public string RunDirectory =>
        First("RUNTIME_DIRECTORY")
            ?? (Get("XDG_RUNTIME_DIR") is { } runtime ? Path.Combine(runtime, Program) : $"/tmp/{Program}-{UserGroup.EffectiveUserId}");

    /// <summary>Where a command looks for a gateway: in <see cref="RunDirectory"/>, or where the system's service has its sockets when there is no gateway's in it.</summary>
    public string GatewayDirectory => !File.Exists(GatewayPlaces.Of(RunDirectory).AdminSocket) && Directory.Exists(SystemRunDirectory) ? SystemRunDirectory : RunDirectory;

    private string Home => Get("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private string? Get(string name) => variable(name) is { Length: > 0 } value ? value : null;

    // systemd.exec(5): several directories are separated by colons; the first is ours.
    private string? First(string name) => Get(name)?.Split(':')[0];
}
