using System.Diagnostics;
using Bridge.EndToEnd.Tests.Processes;
using Bridge.Link.Transports.Quic;

namespace Bridge.EndToEnd.Tests.Lab;

/// <summary>The machine's libmsquic, and how to run a program as if it were not there.</summary>
internal static class QuicLibrary
{
    /// <summary>Why it cannot be hidden; null when it can, or is not there anyway.</summary>
    public static string? WhyNotHidden =>
        !QuicSupport.IsAvailable ? null
        : !Environment.IsPrivilegedProcess ? "hiding libmsquic from one process needs root (a mount namespace of its own)"
        : !Programs.Exists("unshare") || !Programs.Exists("mount") ? "hiding libmsquic needs the programs unshare and mount"
        : null;

    /// <summary>A command that runs where there is no library, or where its file is an empty one.</summary>
    public static ProcessStartInfo Hidden(string program, params string[] arguments)
    {
        if (!QuicSupport.IsAvailable)
            return new ProcessStartInfo(program, arguments);
        // Only this process's mount namespace has the bind mounts; they go with it.
        string script = string.Concat(Files().Select(file => $"mount --bind /dev/null '{file}' && ")) + "exec \"$@\"";
        return new ProcessStartInfo(Programs.Path("unshare"), ["--mount", "sh", "-c", script, "sh", program, .. arguments]);
    }

    /// <summary>The files that this process has loaded, by the kernel's list of its mappings (proc(5)).</summary>
    private static IEnumerable<string> Files() => File.ReadLines("/proc/self/maps")
        .Where(line => line.Contains("/libmsquic", StringComparison.Ordinal))
        .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..])
        .Distinct();
}
