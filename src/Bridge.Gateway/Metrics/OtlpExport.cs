using Bridge.Gateway.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Bridge.Gateway.Metrics;

/// <summary>Sends the figures to an OpenTelemetry collector, measured anew each time. A collector that is away is tried again at the next interval; nothing is stored meanwhile.</summary>
internal sealed partial class OtlpExport(OtlpConfiguration configuration, string gateway, MetricsCollector collector, TimeProvider time, ILogger<OtlpExport> logger) : BackgroundService
{
    // The gateway's own end must not wait longer for a collector that does not answer.
    private const int SendTimeoutMilliseconds = 3000;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using BaseExportingMetricReader reader = new(new OtlpMetricExporter(Options()));
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService("rpmsg-bridge", serviceVersion: GatewayHost.Version, serviceInstanceId: gateway))
            .AddMeter([.. MetricsCollector.Meters])
            .AddReader(reader)
            .Build();
        using PeriodicTimer pace = new(configuration.Interval, time);
        bool said = false;
        while (await pace.WaitForNextTickAsync(stoppingToken))
        {
            await collector.RefreshAsync();
            // Blocks while it sends, so it has a thread of its own.
            bool sent = await Task.Factory.StartNew(() => reader.Collect(SendTimeoutMilliseconds), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (sent == said)
            {
                Say(sent);
                said = !sent;
            }
        }
    }

    private OtlpExporterOptions Options() => new()
    {
        // An endpoint that is set in code is taken as it is; only one from the environment gets the path of the signal.
        Endpoint = configuration.Protocol == OtlpProtocol.Http ? new Uri(configuration.Endpoint, "/v1/metrics") : configuration.Endpoint,
        Protocol = configuration.Protocol == OtlpProtocol.Http ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc,
        TimeoutMilliseconds = SendTimeoutMilliseconds,
    };

    private void Say(bool sent)
    {
        if (sent)
        {
            LogSent(logger, configuration.Endpoint);
        }
        else
        {
            LogNotSent(logger, configuration.Endpoint, configuration.Protocol, configuration.Interval.TotalSeconds);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Figures reach the collector at {Endpoint} again.")]
    private static partial void LogSent(ILogger logger, Uri endpoint);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The collector at {Endpoint} does not take figures; check metrics:otlp and that a collector speaks {Protocol} there. Tried again every {Seconds} s; said once.")]
    private static partial void LogNotSent(ILogger logger, Uri endpoint, OtlpProtocol protocol, double seconds);
}
