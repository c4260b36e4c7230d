using System.Text.RegularExpressions;

namespace Bridge.Client;

/// <summary>
/// Where a gateway of this user or service has its sockets when its configuration does not say: <c>$RUNTIME_DIRECTORY</c> (the service manager's), else
/// <c>$XDG_RUNTIME_DIR/rpmsg-bridge</c>, else <c>/tmp/rpmsg-bridge-&lt;uid&gt;</c>. The gateway's own rule.
/// </summary>
internal static partial class RunDirectory
{
    private const string Program = "rpmsg-bridge";

    /// <summary>The directory for this process.</summary>
    public static string Standard => Find(Environment.GetEnvironmentVariable);

    /// <summary>The directory, with environment variables read in that way; null or empty = not set.</summary>
    public static string Find(Func<string, string?> variable)
    {
        if (variable("RUNTIME_DIRECTORY") is { Length: > 0 } managed)
        {
            // systemd.exec(5): several directories are separated by colons; the first is the gateway's.
            return managed.Split(':')[0];
        }

        return variable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, Program) : $"/tmp/{Program}-{EffectiveUser()}";
    }

    // proc_pid_status(5): real, effective, saved and file system id. Managed code gets the number nowhere else.
    private static string EffectiveUser() => UserLine().Match(File.ReadAllText("/proc/self/status")).Groups["effective"].Value;

    [GeneratedRegex(@"^Uid:\s+\d+\s+(?<effective>\d+)", RegexOptions.Multiline)]
    private static partial Regex UserLine();
}
