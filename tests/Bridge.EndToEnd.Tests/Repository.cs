namespace Bridge.EndToEnd.Tests;

/// <summary>The source tree that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>Its root, found by walking up to the solution.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Bridge.sln")))
            root = Path.GetDirectoryName(root);
        return root ?? throw new DirectoryNotFoundException($"No Bridge.sln above {AppContext.BaseDirectory}.");
    }
}
