using System.Formats.Tar;

namespace Bridge.Client;

/// <summary>Which group a directory belongs to.</summary>
internal static class FileGroup
{
    /// <summary>"group video", "group 1234" where the number has no name, or null where this user may not even look.</summary>
    public static string? Describe(string directory)
    {
        try
        {
            // An archive's entry is the only place where the base class library tells the owner of a file.
            using MemoryStream archive = new();
            using (TarWriter writer = new(archive, TarEntryFormat.Pax, leaveOpen: true))
            {
                writer.WriteEntry(directory, "directory");
            }

            archive.Position = 0;
            using TarReader reader = new(archive);
            return reader.GetNextEntry() is PosixTarEntry entry ? $"group {(entry.GroupName is { Length: > 0 } name ? name : entry.Gid)}" : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is told without the group's name then.
            return null;
        }
    }
}
