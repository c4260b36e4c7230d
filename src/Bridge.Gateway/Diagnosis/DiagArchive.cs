using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Bridge.Gateway.Diagnosis;

/// <summary>A compressed archive of small text files, made in one go.</summary>
internal sealed class DiagArchive(string directory, TimeProvider time)
{
    private readonly List<(string Name, string Text)> _files = [];

    /// <summary>Adds a file.</summary>
    public void Add(string name, string text) => _files.Add((name, text));

    /// <summary>Writes the archive to a new file that only its owner may read: it tells names and addresses.</summary>
    /// <exception cref="IOException">The file exists or cannot be written.</exception>
    public async Task WriteAsync(string path, CancellationToken cancellation)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            Options = FileOptions.Asynchronous,
        };
        await using FileStream file = new(path, options);
        await using GZipStream compressed = new(file, CompressionLevel.Optimal);
        await using TarWriter tar = new(compressed, TarEntryFormat.Pax);
        foreach ((string name, string text) in _files)
        {
            PaxTarEntry entry = new(TarEntryType.RegularFile, $"{directory}/{name}")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                ModificationTime = time.GetUtcNow(),
            };
            await tar.WriteEntryAsync(entry, cancellation);
        }
    }
}
