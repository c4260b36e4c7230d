using System.Globalization;

namespace Bridge.Gateway.Reports;

/// <summary>The answer to <c>GET /readyz</c>: ready only while every link with devices is up and every device is DRIVER_OK.</summary>
internal sealed record ReadinessReport
{
    /// <summary>True: messages can flow on every device.</summary>
    public required bool Ready { get; init; }

    /// <summary>What is missing, a sentence each; empty when ready.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>The readiness that follows from links and devices. A link that no device uses does not count.</summary>
    public static ReadinessReport Of(IReadOnlyList<LinkReport> links, IReadOnlyList<DeviceReport> devices)
    {
        List<string> reasons = [];
        foreach (LinkReport link in links.Where(link => link.State != LinkState.Up && devices.Any(device => device.Link == link.Peer)))
        {
            reasons.Add($"The link to {link.Peer} is {link.State.ToString().ToLower(CultureInfo.InvariantCulture)}.");
        }

        foreach (DeviceReport device in devices.Where(device => !device.DriverOk))
        {
            reasons.Add($"Device {device.Name} is not DRIVER_OK.");
        }

        return new ReadinessReport { Ready = reasons.Count == 0 && devices.Count > 0, Reasons = reasons };
    }
}
