using Bridge.Gateway.Admin;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Diagnosis;
using Bridge.Gateway.Logging;
using Bridge.Gateway.Metrics;
using Bridge.Gateway.Service;
using Bridge.Link.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway;

/// <summary>Composes the process: logging, the gateway as a hosted service, the admin API.</summary>
internal static class GatewayApplication
{
    /// <summary>Draining takes at most this long; what is still open then is closed.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    /// <summary>An application that is ready to run. The caller disposes it, and then the identity.</summary>
    /// <param name="configuration">What runs.</param>
    /// <param name="path">The file that it came from, for reloads.</param>
    /// <param name="identity">This gateway's key.</param>
    /// <param name="format">Of logs.</param>
    /// <param name="level">Of logs.</param>
    public static WebApplication Build(GatewayConfiguration configuration, string path, GatewayIdentity identity, LogFormat format, LogLevel level)
    {
        // Empty: no settings files of the current directory, no listening address from the environment.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "rpmsg-bridge" });
        builder.Logging.AddGatewayConsole(format, level);
        builder.Services.AddSingleton<RecentEvents>();
        builder.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<RecentEvents>());
        builder.WebHost.UseAdminSocket(configuration.AdminSocket, configuration.SocketMode, configuration.Group);
        builder.WebHost.UseAdminTcp(configuration.Metrics.Listen);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddSingleton(configuration);
        builder.Services.AddSingleton(identity);
        builder.Services.AddSingleton<GatewayHost>();
        builder.Services.AddHostedService(services => services.GetRequiredService<GatewayHost>());
        builder.Services.AddSingleton<IGatewayReports>(services => services.GetRequiredService<GatewayHost>());
        builder.Services.AddServiceControl(path);
        builder.Services.AddGatewayMetrics(configuration.Metrics);
        WebApplication application = builder.Build();
        GatewayHost gateway = application.Services.GetRequiredService<GatewayHost>();
        application.UseReadingOverTcp();
        application.MapAdminApi(gateway);
        application.MapReload(application.Services.GetRequiredService<GatewayReload>());
        application.MapDiagnosis(application.Services.GetRequiredService<RecentEvents>(), path);
        application.MapMetrics(application.Services.GetRequiredService<MetricsCollector>());
        // The admin socket comes last of all: who waits for this line finds it.
        application.Lifetime.ApplicationStarted.Register(gateway.SayStarted);
        return application;
    }
}
