using Bridge.Gateway.Reports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bridge.Gateway.Admin;

/// <summary>The admin API's addresses. Reading only: nothing here changes the gateway; see <see cref="ReloadApi"/>.</summary>
internal static class AdminApi
{
    /// <summary>The gateway with its links and devices.</summary>
    public const string Status = "/status";

    /// <summary>Channels, services and endpoints.</summary>
    public const string Channels = "/channels";

    /// <summary>The virtqueues, figure by figure.</summary>
    public const string Rings = "/rings";

    /// <summary>200 while the process serves at all: restart it when this fails.</summary>
    public const string Health = "/healthz";

    /// <summary>200 when every device works end to end, else 503 with the reasons.</summary>
    public const string Ready = "/readyz";

    /// <summary>Adds the API to an application.</summary>
    public static void MapAdminApi(this IEndpointRouteBuilder routes, IGatewayReports reports)
    {
        routes.MapGet(Status, async context => await context.Response.WriteAsJsonAsync(await reports.StatusAsync(), ReportJson.Default.GatewayReport));
        routes.MapGet(Channels, async context => await context.Response.WriteAsJsonAsync(await reports.ChannelsAsync(), ReportJson.Default.ChannelsReport));
        routes.MapGet(Rings, async context => await context.Response.WriteAsJsonAsync(await reports.RingsAsync(), ReportJson.Default.RingsReport));
        routes.MapGet(Health, context => context.Response.WriteAsync("ok\n"));
        routes.MapGet(Ready, async context =>
        {
            ReadinessReport readiness = (await reports.StatusAsync()).Readiness;
            context.Response.StatusCode = readiness.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsJsonAsync(readiness, ReportJson.Default.ReadinessReport);
        });
    }
}
