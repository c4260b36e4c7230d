using System.Net.Quic;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Bridge.Link.Transports.Quic;

/// <summary>Whether this machine has QUIC: the operating system's libmsquic, 2.2 or newer. Asked once per process.</summary>
public static class QuicSupport
{
    private const string Library = "libmsquic.so.2";
    private static readonly Lazy<string?> Answer = new(Probe);

    // Where local builds go although the dynamic linker may not look there.
    private static readonly string[] MoreDirectories = [AppContext.BaseDirectory, "/usr/local/lib", "/usr/local/lib64"];

    /// <summary>True if QUIC can be used.</summary>
    [SupportedOSPlatformGuard("linux")]
    [SupportedOSPlatformGuard("macos")]
    [SupportedOSPlatformGuard("windows")]
    public static bool IsAvailable => WhyNot is null;

    /// <summary>One sentence why QUIC cannot be used; null if it can.</summary>
    public static string? WhyNot => Answer.Value;

    /// <summary>The library's file, whose name has its version; null where it is not known.</summary>
    public static string? LibraryFile
    {
        get
        {
            const string Maps = "/proc/self/maps";
            if (WhyNot is not null || !File.Exists(Maps))
                return null;
            return File.ReadLines(Maps).Where(static line => line.Contains("libmsquic", StringComparison.Ordinal)).Select(static line => line[line.IndexOf('/', StringComparison.Ordinal)..]).FirstOrDefault();
        }
    }

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS() && !OperatingSystem.IsWindows())
            return "QUIC is not available: .NET has none for this operating system.";

        // Before any QUIC type is touched, because those look for the library once, by name; a library loaded under that name is found then.
        bool loaded = !OperatingSystem.IsLinux() || Load();
        if (QuicListener.IsSupported && QuicConnection.IsSupported)
            return null;
        return loaded
            ? "QUIC is not available: libmsquic is there but .NET does not accept it (2.2 or newer with TLS 1.3 is needed)."
            : "QUIC is not available: libmsquic 2.2 or newer is not installed on this machine.";
    }

    private static bool Load() =>
        NativeLibrary.TryLoad(Library, out _) || MoreDirectories.Any(directory => NativeLibrary.TryLoad(Path.Combine(directory, Library), out _));
}
