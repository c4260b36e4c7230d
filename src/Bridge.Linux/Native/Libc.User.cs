using System.Runtime.InteropServices;

namespace Bridge.Linux.Native;

/// <content>Users and groups.</content>
internal static unsafe partial class Libc
{
    [LibraryImport(Library)]
    internal static partial uint geteuid();

    /// <summary>Returns the error number itself; 0 with a null <paramref name="result"/> means that there is no such group.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int getgrnam_r(string name, GroupEntry* grp, byte* buf, nuint buflen, GroupEntry** result);

    /// <summary>Returns the error number itself; 0 with a null <paramref name="result"/> means that there is no such group.</summary>
    [LibraryImport(Library)]
    internal static partial int getgrgid_r(uint gid, GroupEntry* grp, byte* buf, nuint buflen, GroupEntry** result);

    /// <summary><c>struct group</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GroupEntry
    {
        internal byte* gr_name;
        internal byte* gr_passwd;
        internal uint gr_gid;
        internal byte** gr_mem;
    }
}
