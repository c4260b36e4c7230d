using System.Globalization;
using System.Runtime.InteropServices;
using Bridge.Link.Transports.Quic;
using Bridge.Linux;

namespace Bridge.Gateway.Diagnosis;

/// <summary>What program and machine are, in lines.</summary>
internal static class MachineReport
{
    /// <summary>Versions of everything that takes part.</summary>
    public static string Versions() => string.Create(CultureInfo.InvariantCulture, $"""
        program    rpmsg-bridge {GatewayHost.Version}
        runtime    {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}
        kernel     {ReadLine("/proc/version")}
        system     {SystemName()}
        processors {Environment.ProcessorCount} ({RuntimeInformation.ProcessArchitecture})
        memory     {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MiB for this process
        libmsquic  {QuicSupport.WhyNot ?? QuicSupport.LibraryFile ?? "there, its file is not known"}
        user       {UserGroup.EffectiveUserId}

        """);

    /// <summary>How much the kernel keeps for a UDP socket that is not read at once, and whether that is enough.</summary>
    public static string ReceiveBuffers()
    {
        const long Wanted = 4 << 20;
        long? maximum = long.TryParse(ReadLine("/proc/sys/net/core/rmem_max"), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : null;
        string verdict = maximum switch
        {
            null => "cannot be read here; in a container it is the host's",
            < Wanted => $"too small for fast links: QUIC takes all that it may and wants {Wanted}; sysctl -w net.core.rmem_max={Wanted}",
            _ => "enough",
        };
        return string.Create(CultureInfo.InvariantCulture, $"""
            net.core.rmem_max      {maximum} bytes, {maximum * 8 / 1_000_000} ms at 1 Gbit/s: {verdict}
            net.core.rmem_default  {ReadLine("/proc/sys/net/core/rmem_default")} bytes
            net.core.wmem_max      {ReadLine("/proc/sys/net/core/wmem_max")} bytes

            """);
    }

    private static string SystemName()
    {
        const string Release = "/etc/os-release", Key = "PRETTY_NAME=";
        return File.Exists(Release) && File.ReadLines(Release).FirstOrDefault(static line => line.StartsWith(Key, StringComparison.Ordinal)) is { } line
            ? line[Key.Length..].Trim('"')
            : RuntimeInformation.OSDescription;
    }

    private static string ReadLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault() ?? "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"({failure.Message})";
        }
    }
}
