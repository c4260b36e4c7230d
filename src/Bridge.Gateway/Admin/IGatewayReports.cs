using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Admin;

/// <summary>What the admin API tells about: the running gateway. Callable from any thread.</summary>
internal interface IGatewayReports
{
    /// <summary>The gateway now.</summary>
    Task<GatewayReport> StatusAsync();

    /// <summary>Every channel, service and endpoint now.</summary>
    Task<ChannelsReport> ChannelsAsync();

    /// <summary>Every device's rings now.</summary>
    Task<RingsReport> RingsAsync();
}
