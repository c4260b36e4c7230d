using System.Globalization;
using Bridge.Linux;

namespace Bridge.Gateway.Applications;

/// <summary>How far this user gets along a path. .NET's File.Exists and Directory.Exists say the same of what is not there and of what may not be looked at; this does not.</summary>
/// <param name="Missing">The first part that does not exist; null: all of it does, as far as can be seen.</param>
/// <param name="Closed">The directory that this user may not search, so that nothing is known of what lies in it; null: none.</param>
internal sealed record PathAccess(string? Missing, string? Closed)
{
    /// <summary>Walks along an absolute path.</summary>
    public static PathAccess Of(string path)
    {
        string reached = "/";
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(reached, part);
            try
            {
                if (FileEntry.ReadStatus(next) is null)
                    return new PathAccess(next, null);
            }
            catch (LinuxException failure) when (failure.Errno == Errno.EACCES)
            {
                return new PathAccess(null, reached);
            }
            catch (LinuxException failure) when (failure.Errno is Errno.ENOTDIR or Errno.ENAMETOOLONG)
            {
                return new PathAccess(next, null);
            }

            reached = next;
        }

        return new PathAccess(null, null);
    }

    /// <summary>Why this user may not use a directory or socket, and what to do: one sentence.</summary>
    public static string ExplainDenial(string place)
    {
        FileStatus? status = null;
        try
        {
            status = FileEntry.ReadStatus(place);
        }
        catch (LinuxException)
        {
            // Not even that may be seen; the sentence says less then.
        }

        if (status is not { } entry)
            return $"this user may not use {place}: ask its owner, or run this command as the gateway's user.";
        bool isDirectory = entry.Kind == FileKind.Directory;
        string what = isDirectory ? $"enter the directory {place}" : $"connect to {place}";
        string group = UserGroup.FindGroupName(entry.GroupId) ?? entry.GroupId.ToString(CultureInfo.InvariantCulture);
        string mode = Convert.ToString((int)entry.Mode, 8).PadLeft(4, '0');
        UnixFileMode needed = isDirectory ? UnixFileMode.GroupExecute : UnixFileMode.GroupWrite;
        string owner = $"{place} belongs to group {group} (mode {mode})";
        return (entry.Mode & needed) != 0
            ? $"this user may not {what}, which belongs to group {group} (mode {mode}): `sudo usermod -aG {group} {Environment.UserName}`, then log in anew."
            : $"this user may not {what}: {owner}, which its group may not use either; set group, mode and runDirectory in the gateway's configuration, or run this command as the gateway's user.";
    }
}
