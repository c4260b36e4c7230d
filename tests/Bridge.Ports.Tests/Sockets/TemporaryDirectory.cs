namespace Bridge.Ports.Tests.Sockets;

/// <summary>A run directory of its own for each test, with a short path.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("rb");

    public string Path => _directory.FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Every name below, relative, except the gateways' own lock files and staging directories.</summary>
    public string[] Names(string below) =>
    [
        .. Directory.EnumerateFileSystemEntries(this[below], "*", SearchOption.AllDirectories)
            .Select(path => System.IO.Path.GetRelativePath(this[below], path))
            .Where(static path => !path.EndsWith(".lock", StringComparison.Ordinal) && !path.EndsWith(".new", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    public void Dispose() => _directory.Delete(recursive: true);
}
