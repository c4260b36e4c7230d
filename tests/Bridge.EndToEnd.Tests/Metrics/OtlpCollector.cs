using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.EndToEnd.Tests.Metrics;

/// <summary>The receiving end of OTLP, by HTTP or gRPC: keeps the names of the metrics that came.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, bool> _metrics = new();
    private WebApplication? _server;

    /// <summary>Names of instruments that have come.</summary>
    public ICollection<string> Metrics => _metrics.Keys;

    /// <summary>Listens at an address; HTTP/2 is gRPC's.</summary>
    public static async Task<OtlpCollector> StartAsync(IPEndPoint address, bool grpc)
    {
        OtlpCollector collector = new();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(address, listen => listen.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        builder.Services.AddRoutingCore();
        collector._server = builder.Build();
        collector._server.MapPost(
            grpc ? "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" : "/v1/metrics", context => collector.TakeAsync(context, grpc));
        await collector._server.StartAsync().Bounded();
        return collector;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context, bool grpc)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        // A gRPC message has a byte and a length before it.
        ReadOnlySpan<byte> request = body.ToArray().AsSpan(grpc ? 5 : 0);
        // ExportMetricsServiceRequest.resource_metrics = 1, ResourceMetrics.scope_metrics = 2, ScopeMetrics.metrics = 2, Metric.name = 1.
        foreach (byte[] name in ProtobufFields.Find(request.ToArray(), 1, 2, 2, 1))
            _metrics[System.Text.Encoding.UTF8.GetString(name)] = true;
        context.Response.ContentType = grpc ? "application/grpc" : "application/x-protobuf";
        if (grpc)
        {
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }
}
