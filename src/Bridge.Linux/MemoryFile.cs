using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>memfd_create(2): a file without a name that lives in memory until the last descriptor and mapping of it is gone.</summary>
public static class MemoryFile
{
    /// <summary>Creates one.</summary>
    /// <param name="name">What /proc shows; need not be unique.</param>
    /// <param name="size">Bytes, zeroed.</param>
    /// <param name="sealable">Whether seals can be added to it.</param>
    /// <exception cref="LinuxException">Descriptors or memory are exhausted.</exception>
    public static FileDescriptor Create(string name, ulong size, bool sealable)
    {
        FileDescriptor file = new(Libc.memfd_create(name, Libc.MFD_CLOEXEC | (sealable ? Libc.MFD_ALLOW_SEALING : 0)));
        if (file.IsInvalid)
        {
            throw LinuxException.FromLast("memfd_create", name);
        }

        try
        {
            SetSize(file, size);
            return file;
        }
        catch (LinuxException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Another descriptor of the same file.</summary>
    /// <exception cref="LinuxException">Descriptors are exhausted.</exception>
    public static FileDescriptor Duplicate(FileDescriptor file)
    {
        FileDescriptor copy = new(Libc.fcntl(file, Libc.F_DUPFD_CLOEXEC, 0));
        return copy.IsInvalid ? throw LinuxException.FromLast("fcntl", file.ToString()) : copy;
    }

    /// <summary>Makes it longer or shorter; pages beyond the end are gone, whoever has mapped them.</summary>
    /// <exception cref="LinuxException">EPERM: it is sealed.</exception>
    public static void SetSize(FileDescriptor file, ulong size)
    {
        if (Libc.ftruncate(file, checked((long)size)) != 0)
        {
            throw LinuxException.FromLast("ftruncate");
        }
    }
}
