using System.Runtime.InteropServices;

namespace Bridge.Linux.Native;

/// <content>The process itself.</content>
internal static unsafe partial class Libc
{
    internal const int PR_GET_DUMPABLE = 3;
    internal const int PR_SET_DUMPABLE = 4;

    // Variadic in C; on the architectures of this program integers are passed alike.
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int prctl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);
}
