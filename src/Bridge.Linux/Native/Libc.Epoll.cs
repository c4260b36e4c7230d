using System.Runtime.InteropServices;

namespace Bridge.Linux.Native;

/// <content>epoll(7). Its struct epoll_event is packed on x86 only, so it is passed as bytes: see <see cref="EpollEvent"/>.</content>
internal static unsafe partial class Libc
{
    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const int EPOLL_CTL_MOD = 3;

    internal const uint EPOLLIN = 0x001;
    internal const uint EPOLLOUT = 0x004;
    internal const uint EPOLLERR = 0x008;
    internal const uint EPOLLHUP = 0x010;
    internal const uint EPOLLRDHUP = 0x2000;
    internal const uint EPOLLONESHOT = 1u << 30;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int epoll_create1(int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int epoll_ctl(FileDescriptor epfd, int op, FileDescriptor fd, byte* @event);

    // The same on every architecture, as for all calls that are newer than the unified table. Called by its number: glibc has a name for it since 2.35 only.
    internal const nint SYS_epoll_pwait2 = 441;

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint epoll_pwait2(nint number, FileDescriptor epfd, byte* events, nint maxevents, KernelTimeSpan* timeout, void* sigmask, nuint sigsetsize);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int epoll_wait(FileDescriptor epfd, byte* events, int maxevents, int timeout);

    /// <summary>struct __kernel_timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct KernelTimeSpan
    {
        internal long tv_sec;
        internal long tv_nsec;
    }
}
