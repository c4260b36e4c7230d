using Bridge.Linux;

namespace Bridge.Gateway.Configuration;

/// <summary>Where things live when the configuration does not say: the service manager's directories first, then the user's (XDG base directories).</summary>
/// <param name="variable">Reads an environment variable; null or empty = not set.</param>
internal sealed class StandardPaths(Func<string, string?> variable)
{
    private const string Program = "rpmsg-bridge";

    /// <summary>The paths of this process.</summary>
    public static StandardPaths Process { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The identity's PEM file.</summary>
    public string Identity => Path.Combine(
        First("STATE_DIRECTORY")
            ?? (Get("XDG_STATE_HOME") is { } state ? Path.Combine(state, Program) : Path.Combine(Home, ".local", "state", Program)),
        "identity.pem");

    /// <summary>The run directory, with the application sockets.</summary>
    public string RunDirectory =>
        First("RUNTIME_DIRECTORY")
            ?? (Get("XDG_RUNTIME_DIR") is { } runtime ? Path.Combine(runtime, Program) : $"/tmp/{Program}-{UserGroup.EffectiveUserId}");

    private string Home => Get("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private string? Get(string name) => variable(name) is { Length: > 0 } value ? value : null;

    // systemd.exec(5): several directories are separated by colons; the first is ours.
    private string? First(string name) => Get(name)?.Split(':')[0];
}
