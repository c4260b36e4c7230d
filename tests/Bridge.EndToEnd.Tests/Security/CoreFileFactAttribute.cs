namespace Bridge.EndToEnd.Tests.Security;

/// <summary>A test that looks for core files; skipped with the reason where the system puts them elsewhere or forbids them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CoreFileFactAttribute : FactAttribute
{
    private const string Pattern = "/proc/sys/kernel/core_pattern";

    public CoreFileFactAttribute()
    {
        string pattern = File.Exists(Pattern) ? File.ReadAllText(Pattern).Trim() : "|";
        if (pattern.Length == 0 || pattern.StartsWith('|') || pattern.Contains('/', StringComparison.Ordinal))
            Skip = $"core dumps go to '{pattern}' here, not into the process's directory";
        else if (HardLimit() != "unlimited")
            Skip = "the limit of core dumps cannot be raised here";
    }

    // "Max core file size    SOFT    HARD    bytes".
    private static string HardLimit() => File.ReadLines("/proc/self/limits")
        .Single(static line => line.StartsWith("Max core file size", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[5];
}
