using Bridge.Gateway.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Metrics;

/// <summary>Puts instruments, collector and export into a process.</summary>
internal static class MetricsSetup
{
    /// <summary>Adds what the configuration asks for.</summary>
    public static void AddGatewayMetrics(this IServiceCollection services, MetricsConfiguration metrics)
    {
        services.AddSingleton(_ => MakeMeter());
        services.AddSingleton<MetricsCollector>();
        services.AddSingleton<IGatewayMeasures>(provider => provider.GetRequiredService<GatewayHost>());
        if (metrics.Otlp is { } otlp)
        {
            services.AddHostedService(provider => new OtlpExport(
                otlp,
                provider.GetRequiredService<GatewayConfiguration>().Name,
                provider.GetRequiredService<MetricsCollector>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<OtlpExport>>()));
        }
    }

    /// <summary>A meter with all instruments of a gateway.</summary>
    public static MeasuredMeter MakeMeter()
    {
        MeasuredMeter meter = new();
        GatewayInstruments.AddTo(meter);
        LinkInstruments.AddTo(meter);
        DeviceInstruments.AddTo(meter);
        QueueInstruments.AddTo(meter);
        return meter;
    }
}
