namespace Bridge.Ports.Tests.VhostUser;

/// <summary>A test against QEMU's storage daemon; skipped where it is not installed, except in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StorageDaemonFactAttribute : FactAttribute
{
    /// <summary>Where the package puts it.</summary>
    public const string Program = "/usr/bin/qemu-storage-daemon";

    public StorageDaemonFactAttribute()
    {
        if (!File.Exists(Program) && Environment.GetEnvironmentVariable("CI") is null)
            Skip = "qemu-storage-daemon is not installed: apt-get install qemu-system-common";
    }
}
