using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bridge.Gateway.Metrics;

/// <summary>The page that Prometheus scrapes.</summary>
internal static class MetricsApi
{
    /// <summary>Its path.</summary>
    public const string Metrics = "/metrics";

    /// <summary>Adds it to an application.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder routes, MetricsCollector collector) => routes.MapGet(Metrics, async context =>
    {
        string page = await collector.CollectAsync(context.RequestAborted);
        context.Response.ContentType = PrometheusText.ContentType;
        await context.Response.WriteAsync(page, context.RequestAborted);
    });
}
