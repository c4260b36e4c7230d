using System.Diagnostics;
using System.Globalization;
using Bridge.Link;

namespace Bridge.Gateway.Metrics;

/// <summary>The instruments of the gateway as a whole, and of its process what the runtime does not measure itself.</summary>
internal static class GatewayInstruments
{
    private static readonly string[] Reasons = [.. Enum.GetNames<CloseReason>().Where(name => name != nameof(CloseReason.None))];

    /// <summary>Adds them to a meter.</summary>
    public static void AddTo(MeasuredMeter meter)
    {
        meter.Gauge("rpmsg_bridge.build.info", "", "1, with the gateway's name and the program's version.", now =>
            [MeasuredMeter.Of(1L, ("name", now.Name), ("version", now.Version))]);
        meter.Gauge("rpmsg_bridge.ready", "", "1 while every device works end to end, as /readyz says.", now => [MeasuredMeter.Of(now.Ready ? 1L : 0)]);
        meter.Counter("rpmsg_bridge.peers.refused", "{peer}", "Who connected and did not become a link's connection, by reason.", now =>
            Reasons.Select(reason => MeasuredMeter.Of(now.RefusedPeers?.GetValueOrDefault(reason) ?? 0, ("reason", reason))));
        using var process = Process.GetCurrentProcess();
        double started = new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0;
        meter.Gauge("process.start_time", "s", "When the process started, seconds since 1970.", _ => [MeasuredMeter.Of(started)]);
        meter.Gauge("process.open_fds", "", "Open file descriptors.", _ => [MeasuredMeter.Of((long)Directory.GetFileSystemEntries("/proc/self/fd").Length)]);
    }

    /// <summary>A queue's number as a tag.</summary>
    public static string Number(int index) => index.ToString(CultureInfo.InvariantCulture);
}
