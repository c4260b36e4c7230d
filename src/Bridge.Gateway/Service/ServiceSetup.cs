using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Gateway.Service;

/// <summary>Composes what joins the gateway to a service manager.</summary>
internal static class ServiceSetup
{
    /// <summary>Adds notifications, the watchdog's signs of life and reloads of the configuration file at <paramref name="path"/>.</summary>
    public static void AddServiceControl(this IServiceCollection services, string path)
    {
        services.AddSingleton(provider => new ServiceNotifier(Environment.GetEnvironmentVariable, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ServiceWatch>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<GatewayReload>(provider, path));
        services.AddHostedService(provider => provider.GetRequiredService<ServiceWatch>());
        services.AddHostedService<HangUpSignal>();
    }
}
