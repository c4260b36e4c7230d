using Bridge.EndToEnd.Tests.Guests;

namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>What <c>tests/kernel/prepare</c> has made on this machine: a Linux kernel that runs as a process, and its file system.</summary>
internal static class KernelBuild
{
    private static readonly PreparedGuest Prepared = new("kernel");

    /// <summary>One sentence why there is none; null if there is.</summary>
    public static string? WhyNot => Prepared.WhyNot;

    /// <summary>The kernel, a program.</summary>
    public static string Kernel => Prepared.File("linux");

    /// <summary>Its initial file system.</summary>
    public static string FileSystem => Prepared.File("initramfs.gz");

    /// <summary>The guest's program <c>rpmsg</c>; it is static, so what it does without devices can be tried on the host too.</summary>
    public static string RpmsgProgram => Prepared.File("rpmsg");
}
