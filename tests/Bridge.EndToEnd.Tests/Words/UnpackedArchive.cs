using System.Formats.Tar;
using System.IO.Compression;

namespace Bridge.EndToEnd.Tests.Words;

/// <summary>An archive of <c>diag</c>, read by .NET's own tar.</summary>
internal static class UnpackedArchive
{
    /// <summary>Its files by name, without the directory that all are in.</summary>
    public static Dictionary<string, string> Read(string path)
    {
        Dictionary<string, string> files = [];
        using FileStream file = File.OpenRead(path);
        using GZipStream compressed = new(file, CompressionMode.Decompress);
        using TarReader tar = new(compressed);
        while (tar.GetNextEntry() is { } entry)
        {
            using StreamReader text = new(entry.DataStream!);
            files.Add(Path.GetFileName(entry.Name), text.ReadToEnd());
        }

        return files;
    }
}
