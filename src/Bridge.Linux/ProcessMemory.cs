using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>Who sees this process's memory: it holds a private key.</summary>
public static class ProcessMemory
{
    /// <summary>Nobody but root does, see <see cref="KeepPrivate"/>.</summary>
    public static bool IsPrivate => Libc.prctl(Libc.PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;

    /// <summary>
    /// From now on the kernel makes no core dump of this process, whatever the limit and whoever would receive it (prctl(2), PR_SET_DUMPABLE), and lets no other process
    /// of the same user read its memory or trace it. RLIMIT_CORE alone would not do: the kernel does not apply it to dumps that are piped to a program. What is executed
    /// afterwards begins anew.
    /// </summary>
    /// <returns>False: the system refuses; <see cref="IsPrivate"/> tells how it is.</returns>
    public static bool KeepPrivate() => Libc.prctl(Libc.PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}
