using System.Runtime.CompilerServices;

// Every import finds the C library of the system and nothing beside the program.
[assembly: DisableRuntimeMarshalling]
[assembly: System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]

namespace Bridge.Linux.Native;

/// <summary>
/// The C library's functions under their own names, one file per family. Constants hold on x86-64, arm64 and riscv64; where those
/// differ (struct epoll_event), the code that uses the constant says so.
/// </summary>
internal static partial class Libc
{
    private const string Library = "libc";
}
