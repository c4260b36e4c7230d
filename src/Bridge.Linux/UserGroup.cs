using System.Globalization;
using System.Runtime.InteropServices;
using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>Users and groups of this machine.</summary>
public static unsafe class UserGroup
{
    private const int FirstBuffer = 1024;
    private const int LargestBuffer = 1 << 20;

    /// <summary>The effective user of this process.</summary>
    public static uint EffectiveUserId => Libc.geteuid();

    /// <summary>Looks a group up by its name or its number; null if it is neither a name that exists nor a number.</summary>
    /// <exception cref="LinuxException">The name service failed.</exception>
    public static uint? FindGroupOrNumber(string nameOrNumber) =>
        FindGroup(nameOrNumber) ?? (uint.TryParse(nameOrNumber, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null);

    /// <summary>Looks a group up by its name, through whatever the system's name service asks; null if there is none.</summary>
    /// <exception cref="LinuxException">The name service failed.</exception>
    public static uint? FindGroup(string name)
    {
        for (int size = FirstBuffer; ; size *= 4)
        {
            byte[] buffer = new byte[size];
            Libc.GroupEntry entry;
            Libc.GroupEntry* found;
            int error;
            // SAFETY: the C library writes at most `size` bytes into the pinned buffer, and the two locals.
            fixed (byte* strings = buffer)
            {
                error = Libc.getgrnam_r(name, &entry, strings, (nuint)size, &found);
            }

            switch ((Errno)error)
            {
                case Errno.None:
                    return found == null ? null : entry.gr_gid;
                case Errno.ENOENT:
                    return null;
                // A group with very many members.
                case Errno.ERANGE when size < LargestBuffer:
                    continue;
                default:
                    throw new LinuxException("getgrnam_r", (Errno)error, name);
            }
        }
    }

    /// <summary>Looks a group's name up; null if it has none, or none that fits into any buffer.</summary>
    public static string? FindGroupName(uint group)
    {
        byte[] buffer = new byte[LargestBuffer];
        Libc.GroupEntry entry;
        Libc.GroupEntry* found;
        // SAFETY: the C library writes at most the buffer's length into it while it is pinned, and the two locals.
        fixed (byte* strings = buffer)
        {
            return Libc.getgrgid_r(group, &entry, strings, LargestBuffer, &found) == 0 && found != null ? Marshal.PtrToStringUTF8((nint)entry.gr_name) : null;
        }
    }
}
