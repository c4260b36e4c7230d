using System.Runtime.InteropServices;

namespace Bridge.Linux.Native;

/// <content>close(2), eventfd(2), read(2), write(2).</content>
internal static unsafe partial class Libc
{
    internal const int EFD_NONBLOCK = 0x800;
    internal const int EFD_CLOEXEC = 0x80000;
    internal const int RWF_NOWAIT = 0x8;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close(int fd);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int eventfd(uint initval, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint read(FileDescriptor fd, void* buf, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint write(FileDescriptor fd, void* buf, nuint count);

    /// <summary>Not in every C library: musl has it from 1.2.5.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint preadv2(FileDescriptor fd, IoVector* iov, int iovcnt, long offset, int flags);
}
