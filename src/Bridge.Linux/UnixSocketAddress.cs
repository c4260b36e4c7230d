using System.Runtime.InteropServices;
using System.Text;
using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>struct sockaddr_un: family u16 in the machine's order, then the path and a NUL.</summary>
public static class UnixSocketAddress
{
    /// <summary>Longest path in bytes of UTF-8: sun_path has 108, one is the NUL.</summary>
    public const int MaximumPathLength = 107;

    /// <summary>Size of the whole structure in bytes.</summary>
    internal const int Size = sizeof(ushort) + MaximumPathLength + 1;

    /// <summary>Writes the address of a path; returns how many bytes of it count (NUL included).</summary>
    /// <exception cref="LinuxException">ENAMETOOLONG: more than <see cref="MaximumPathLength"/> bytes. EINVAL: empty, or a NUL inside.</exception>
    internal static uint Write(string path, Span<byte> destination)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        if (length > MaximumPathLength)
        {
            throw new LinuxException("sockaddr_un", Errno.ENAMETOOLONG, path);
        }

        if (length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            // An empty path or a leading NUL would mean Linux' abstract names, which have no owner and no mode.
            throw new LinuxException("sockaddr_un", Errno.EINVAL, path);
        }

        MemoryMarshal.Write(destination, (ushort)Libc.AF_UNIX);
        Encoding.UTF8.GetBytes(path, destination[sizeof(ushort)..]);
        destination[sizeof(ushort) + length] = 0;
        return (uint)(sizeof(ushort) + length + 1);
    }

    /// <summary>Writes the address of an abstract name: a NUL, then the name, whose end is that of the address. Returns how many bytes of it count.</summary>
    /// <exception cref="LinuxException">ENAMETOOLONG: more than <see cref="MaximumPathLength"/> bytes. EINVAL: empty.</exception>
    internal static uint WriteAbstract(string name, Span<byte> destination)
    {
        int length = Encoding.UTF8.GetByteCount(name);
        if (length is 0 or > MaximumPathLength)
        {
            throw new LinuxException("sockaddr_un", length == 0 ? Errno.EINVAL : Errno.ENAMETOOLONG, "@" + name);
        }

        MemoryMarshal.Write(destination, (ushort)Libc.AF_UNIX);
        destination[sizeof(ushort)] = 0;
        Encoding.UTF8.GetBytes(name, destination[(sizeof(ushort) + 1)..]);
        return (uint)(sizeof(ushort) + 1 + length);
    }
}
