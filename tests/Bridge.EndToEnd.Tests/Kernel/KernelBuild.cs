using System.Diagnostics;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>What <c>tests/kernel/prepare</c> has made on this machine: a Linux kernel that runs as a process, and its file system. Asked once.</summary>
internal static class KernelBuild
{
    private static readonly Lazy<(string? Directory, string? WhyNot)> Answer = new(Find);

    /// <summary>One sentence why there is none; null if there is.</summary>
    public static string? WhyNot => Answer.Value.WhyNot;

    /// <summary>The kernel, a program.</summary>
    public static string Kernel => File("linux");

    /// <summary>Its initial file system.</summary>
    public static string FileSystem => File("initramfs.gz");

    /// <summary>The guest's program <c>rpmsg</c>; it is static, so what it does without devices can be tried on the host too.</summary>
    public static string RpmsgProgram => File("rpmsg");

    private static string File(string name) => Path.Combine(Answer.Value.Directory ?? throw new InvalidOperationException(WhyNot), name);

    private static (string? Directory, string? WhyNot) Find()
    {
        ProcessStartInfo start = new(Programs.Path("bash"), [Path.Combine(Repository.Root, "tests", "kernel", "prepare"), "--find"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process prepare = Process.Start(start)!;
        // It writes one line to one of them, so the order of reading cannot block it.
        string directory = prepare.StandardOutput.ReadToEnd().Trim(), reason = prepare.StandardError.ReadToEnd().Trim();
        prepare.WaitForExit();
        return prepare.ExitCode == 0 ? (directory, null) : (null, reason);
    }
}
