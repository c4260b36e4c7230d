using System.Net;
using System.Net.Sockets;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Bridge.Gateway.Admin;

/// <summary>What monitoring systems and orchestrators read over TCP: figures, liveness, readiness, and nothing else of the admin API, whatever that will be able to do.</summary>
internal static class AdminTcp
{
    private static readonly string[] Paths = [MetricsApi.Metrics, AdminApi.Health, AdminApi.Ready];

    /// <summary>Makes Kestrel serve these addresses as well.</summary>
    public static void UseAdminTcp(this IWebHostBuilder host, IReadOnlyList<IPEndPoint> places) => host.ConfigureKestrel(kestrel =>
    {
        foreach (IPEndPoint place in places)
        {
            kestrel.Listen(place);
        }
    });

    /// <summary>Answers requests that came by TCP for anything else with what there is. Before the endpoints.</summary>
    public static void UseReadingOverTcp(this IApplicationBuilder application) => application.Use((context, next) =>
    {
        // A Unix socket's connections have no IP address.
        if (context.Connection.LocalIpAddress is null || (HttpMethods.IsGet(context.Request.Method) && Paths.Contains(context.Request.Path.Value, StringComparer.Ordinal)))
        {
            return next(context);
        }

        bool known = Paths.Contains(context.Request.Path.Value, StringComparer.Ordinal);
        context.Response.StatusCode = known ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound;
        return context.Response.WriteAsync($"Over TCP there are GET {string.Join(", ", Paths)}; the rest is on the admin socket.\n");
    });

    /// <summary>Takes an address.</summary>
    /// <exception cref="CommandFailedException">It cannot be had.</exception>
    public static Socket Bind(EndPoint place)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(place);
        }
        catch (SocketException failure)
        {
            throw new CommandFailedException(
                ExitCode.Failure, $"metrics:listen: {place} cannot be used: {failure.Message}. Stop what has the port, or choose another address in the configuration.", failure);
        }
    }
}
