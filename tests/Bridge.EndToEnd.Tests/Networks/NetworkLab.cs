using System.ComponentModel;
using System.Diagnostics;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Networks;

/// <summary>Whether this machine lets these tests make network namespaces. Asked once.</summary>
internal static class NetworkLab
{
    private static readonly string[] Needed = ["ip", "nft", "ethtool", "socat"];

    private static readonly Lazy<string?> Answer = new(Probe);

    /// <summary>One sentence why not; null if it does.</summary>
    public static string? WhyNot => Answer.Value;

    private static string? Probe()
    {
        if (!Environment.IsPrivilegedProcess)
            return "network namespaces need root";
        if (Needed.Where(program => !Programs.Exists(program)).ToArray() is { Length: > 0 } missing)
            return $"missing: {string.Join(", ", missing)}";
        string name = $"rb{Environment.ProcessId}probe";
        string failure = Run("netns", "add", name) ?? Run("-n", name, "link", "add", "dummy", "type", "veth") ?? "";
        // Also after a failure: the first step may have succeeded.
        Run("netns", "del", name);
        return failure.Length == 0 ? null : $"this machine makes no network namespaces: {failure}";
    }

    /// <summary>Runs ip; null when it succeeds, else what it says.</summary>
    private static string? Run(params string[] arguments)
    {
        try
        {
            using Process ip = Process.Start(new ProcessStartInfo(Programs.Path("ip"), arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            string errors = ip.StandardError.ReadToEnd();
            ip.WaitForExit();
            return ip.ExitCode == 0 ? null : errors.Trim();
        }
        catch (Win32Exception failure)
        {
            return failure.Message;
        }
    }
}
