using Bridge.Gateway.Admin;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Tests.Admin;

/// <summary>A gateway with one link, one device, one channel.</summary>
internal sealed class FakeReports : IGatewayReports
{
    public static readonly LinkReport Link = new() { Peer = "b", State = LinkState.Up, Transport = "tcp", Connections = 1 };

    public static readonly QueueReport Queue = new() { Index = 0, Size = 256, InFlight = 3 };

    public static readonly ChannelReport Channel = new() { Device = "rpmsg0", Name = "echo", Kind = "channel", State = "free", Remote = 1024, Socket = "/run/echo" };

    public LinkState State { get; init; } = LinkState.Up;

    public bool DriverOk { get; init; } = true;

    public Task<GatewayReport> StatusAsync()
    {
        LinkReport[] links = [Link with { State = State }];
        DeviceReport[] devices = [new() { Name = "rpmsg0", Link = "b", Side = "virtio", Port = "sockets", DriverOk = DriverOk, Queues = [Queue] }];
        return Task.FromResult(new GatewayReport
        {
            Name = "a",
            Version = "1.2.3",
            UptimeSeconds = 4.5,
            Readiness = ReadinessReport.Of(links, devices),
            Listen = [],
            Links = links,
            Devices = devices,
        });
    }

    public Task<RingsReport> RingsAsync() => Task.FromResult(new RingsReport { Devices = [] });

    public Task<ChannelsReport> ChannelsAsync() => Task.FromResult(new ChannelsReport { Channels = [Channel] });
}
