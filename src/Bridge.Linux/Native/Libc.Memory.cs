using System.Runtime.InteropServices;

namespace Bridge.Linux.Native;

/// <content>mmap(2).</content>
internal static unsafe partial class Libc
{
    internal const int PROT_READ = 0x1;
    internal const int PROT_WRITE = 0x2;
    internal const int MAP_SHARED = 0x1;
    internal const nint MAP_FAILED = -1;

    /// <summary>The offset is a 64-bit off_t on every system that this runs on.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint mmap(nint addr, nuint length, int prot, int flags, FileDescriptor fd, long offset);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int munmap(nint addr, nuint length);
}
