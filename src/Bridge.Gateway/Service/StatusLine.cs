using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Service;

/// <summary>The gateway in one line, for <c>systemctl status</c>.</summary>
internal static class StatusLine
{
    /// <summary>Links first, then devices: <c>Ready: link machine-b up over tcp; rpmsg0 DRIVER_OK</c>. Without line breaks, which would end it.</summary>
    public static string Of(GatewayReport report)
    {
        IEnumerable<string> parts = report.Links.Select(Link).Concat(report.Devices.Select(device => $"{device.Name} {(device.DriverOk ? "DRIVER_OK" : device.Status ?? "not DRIVER_OK")}"));
        return $"{(report.Readiness.Ready ? "Ready" : "Not ready")}: {string.Join("; ", parts)}".ReplaceLineEndings(" ");
    }

    private static string Link(LinkReport link) => link.State switch
    {
        LinkState.Up => $"link {link.Peer} up over {link.Transport}",
        LinkState.Connecting => $"link {link.Peer} connecting",
        _ when link.LastError is { } error => $"link {link.Peer} down ({error})",
        _ => $"link {link.Peer} down",
    };
}
