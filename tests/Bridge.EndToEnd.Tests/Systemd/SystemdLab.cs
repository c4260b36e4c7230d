using System.Diagnostics;
using Bridge.EndToEnd.Tests.Networks;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Systemd;

/// <summary>Whether this machine can boot a copy of itself: a systemd in namespaces, over an overlay of the machine's own files. Asked once.</summary>
internal static class SystemdLab
{
    private static readonly string[] Needed = ["systemd-nspawn", "systemd-analyze", "systemd-sysusers", "dpkg", "dpkg-deb", "unshare", "nsenter", "setpriv"];

    private static readonly Lazy<string?> Answer = new(Probe);

    /// <summary>One sentence why not; null if it can.</summary>
    public static string? WhyNot => Answer.Value;

    private static string? Probe()
    {
        if (NetworkLab.WhyNot is { } noNetwork)
            return noNetwork;
        if (Needed.Where(program => !Programs.Exists(program)).ToArray() is { Length: > 0 } missing)
            return $"missing: {string.Join(", ", missing)}";
        string place = Directory.CreateTempSubdirectory("rb-probe-").FullName;
        try
        {
            // In a mount namespace that ends with the shell.
            ProcessStartInfo start = new(Programs.Path("unshare"), ["--mount", "--propagation", "private", "sh", "-ec", BootedMachine.Overlay, "sh", place])
            {
                RedirectStandardError = true,
            };
            using Process shell = Process.Start(start)!;
            string errors = shell.StandardError.ReadToEnd();
            shell.WaitForExit();
            return shell.ExitCode == 0 ? null : $"this machine makes no overlay over its own files: {errors.Trim()}";
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }
}
