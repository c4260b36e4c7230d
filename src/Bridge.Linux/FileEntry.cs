using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>Names in directories: what .NET's File and Directory cannot say or do.</summary>
public static unsafe class FileEntry
{
    private const int PermissionBits = 0xFFF;

    /// <summary>Reads what a name stands for; null if there is nothing.</summary>
    /// <exception cref="LinuxException">The name cannot be looked up.</exception>
    public static FileStatus? ReadStatus(string path)
    {
        Libc.StatxBuffer buffer;
        // SAFETY: the kernel writes one struct statx of 256 bytes, the size of the local.
        if (Libc.statx(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &buffer) != 0)
        {
            return LinuxException.Last == Errno.ENOENT ? null : throw LinuxException.FromLast("statx", path);
        }

        return new FileStatus((FileKind)(buffer.stx_mode >> 12), (UnixFileMode)(buffer.stx_mode & PermissionBits), buffer.stx_uid, buffer.stx_gid, buffer.stx_ino);
    }

    /// <summary>Gives a file to a group; a symbolic link is not followed.</summary>
    /// <exception cref="LinuxException">EPERM: not the owner, or not a member of the group.</exception>
    public static void SetGroup(string path, uint group)
    {
        if (Libc.lchown(path, Libc.NoChange, group) != 0)
        {
            throw LinuxException.FromLast("chown", path);
        }
    }

    /// <summary>Removes a name; false if there was none.</summary>
    /// <exception cref="LinuxException">Not allowed, or a directory.</exception>
    public static bool Unlink(string path) =>
        Libc.unlink(path) == 0 || (LinuxException.Last == Errno.ENOENT ? false : throw LinuxException.FromLast("unlink", path));

    /// <summary>Gives a file its final name in one step, and fails rather than replace what is there.</summary>
    /// <exception cref="LinuxException">EEXIST: the name is taken.</exception>
    public static void RenameNoReplace(string from, string to)
    {
        if (Libc.renameat2(Libc.AT_FDCWD, from, Libc.AT_FDCWD, to, Libc.RENAME_NOREPLACE) != 0)
        {
            throw LinuxException.FromLast("renameat2", to);
        }
    }
}
