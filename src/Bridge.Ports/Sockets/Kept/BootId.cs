namespace Bridge.Ports.Sockets.Kept;

/// <summary>Which boot of the machine this is: /proc/sys/kernel/random/boot_id.</summary>
internal static class BootId
{
    /// <summary>Reads it; empty where /proc is not there, where nothing can be told apart.</summary>
    public static Guid Read()
    {
        const string File = "/proc/sys/kernel/random/boot_id";
        return System.IO.File.Exists(File) && Guid.TryParse(System.IO.File.ReadAllText(File).AsSpan().Trim(), out Guid boot) ? boot : Guid.Empty;
    }
}
