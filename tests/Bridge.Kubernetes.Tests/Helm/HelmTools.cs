using System.Security.Cryptography;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.Kubernetes.Tests.Helm;

/// <summary>What tests/kubernetes/prepare has made.</summary>
internal static class HelmTools
{
    private static readonly string Source = System.IO.Path.Combine(Repository.Root, "tests", "kubernetes");

    /// <summary>Its directory, named after what it is made of.</summary>
    public static string Path { get; } = Locate();

    /// <summary>helm itself.</summary>
    public static string Helm => System.IO.Path.Combine(Path, "helm");

    /// <summary>Why the chart cannot be tested; null if it can.</summary>
    public static string? WhyNot => !File.Exists(Helm) ? "helm is missing; tests/kubernetes/prepare gets it" : Programs.Exists("node") ? null : "the program node is missing";

    private static string Locate()
    {
        byte[] made = [.. new[] { "package-lock.json", "check.mjs" }.SelectMany(file => File.ReadAllBytes(System.IO.Path.Combine(Source, file)))];
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set ? set : System.IO.Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/root", ".cache");
        return System.IO.Path.Combine(cache, "rpmsg-bridge", "kubernetes", Convert.ToHexStringLower(SHA256.HashData(made))[..16]);
    }
}
