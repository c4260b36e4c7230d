using System.Runtime.InteropServices;

namespace Bridge.Linux.Native;

/// <content>What waits behind a descriptor: ioctl(2), poll(2).</content>
internal static unsafe partial class Libc
{
    internal const nuint SIOCOUTQ = 0x5411;
    internal const short POLLOUT = 0x004;

    /// <summary>Variadic in C; on Linux' ABIs a variadic pointer is passed like any other.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ioctl(SafeHandle fd, nuint request, int* value);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int poll(PollDescriptor* fds, nuint nfds, int timeout);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    internal static partial nint writeStandard(int fd, byte* buf, nuint count);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        internal int fd;
        internal short events;
        internal short revents;
    }
}
