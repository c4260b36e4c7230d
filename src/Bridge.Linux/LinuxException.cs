using System.Runtime.InteropServices;

namespace Bridge.Linux;

/// <summary>A system call that failed: which call, on what, and the kernel's reason. The only place where errno becomes an exception.</summary>
public sealed class LinuxException : IOException
{
    internal LinuxException(string call, Errno errno, string? subject)
        : base(subject is null
            ? $"{call}: {Describe(errno)}"
            : $"{call} {subject}: {Describe(errno)}")
    {
        Call = call;
        Errno = errno;
        Subject = subject;
        HResult = (int)errno;
    }

    /// <summary>The system call's name, for instance <c>bind</c>.</summary>
    public string Call { get; }

    /// <summary>The kernel's reason.</summary>
    public Errno Errno { get; }

    /// <summary>What the call was about, usually a path; null if there is nothing to name.</summary>
    public string? Subject { get; }

    /// <summary>True when the process, the system or the kernel's memory is exhausted: worth another attempt later.</summary>
    public bool IsExhausted => Errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.ENOBUFS;

    /// <summary>The errno that the last call of a <c>SetLastError</c> import left on this thread.</summary>
    internal static Errno Last => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>The exception for the last failed call of this thread.</summary>
    internal static LinuxException FromLast(string call, string? subject = null) => new(call, Last, subject);

    private static string Describe(Errno errno) => $"{Marshal.GetPInvokeErrorMessage((int)errno)} ({errno})";
}
