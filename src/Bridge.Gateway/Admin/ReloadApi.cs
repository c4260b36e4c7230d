using Bridge.Gateway.Reports;
using Bridge.Gateway.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bridge.Gateway.Admin;

/// <summary>The one request of the admin socket that changes something: read the configuration file again. Who may connect to the socket may ask for it; what it says, only the file's owner.</summary>
internal static class ReloadApi
{
    /// <summary>POST: 200 when the configuration was applied, 422 when it was refused and nothing changed; a <see cref="ReloadReport"/> either way.</summary>
    public const string Reload = "/reload";

    /// <summary>Adds it to an application.</summary>
    public static void MapReload(this IEndpointRouteBuilder routes, GatewayReload reload) => routes.MapPost(Reload, async context =>
    {
        // Not the request's token: who goes away does not leave half a reload behind.
        ReloadReport report = await reload.RunAsync(CancellationToken.None);
        context.Response.StatusCode = report.Applied ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity;
        await context.Response.WriteAsJsonAsync(report, ReportJson.Default.ReloadReport);
    });
}
