using Bridge.Gateway.Reports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bridge.Gateway.Diagnosis;

/// <summary>What <c>diag</c> asks a running gateway for beside the reports; on the admin socket only.</summary>
internal static class DiagnosisApi
{
    /// <summary>The last lines of the log.</summary>
    public const string Events = "/events";

    /// <summary>The configuration file as it is now; see <see cref="ConfigurationListing"/>.</summary>
    public const string Configuration = "/configuration";

    /// <summary>Adds both to an application.</summary>
    /// <param name="routes">The application.</param>
    /// <param name="events">Keeps the log.</param>
    /// <param name="path">The configuration file.</param>
    public static void MapDiagnosis(this IEndpointRouteBuilder routes, RecentEvents events, string path)
    {
        routes.MapGet(Events, context =>
        {
            (long dropped, IReadOnlyList<string> lines) = events.Read();
            string before = dropped == 0 ? "" : $"({dropped} earlier lines are not kept)\n";
            return context.Response.WriteAsync(before + string.Concat(lines.Select(static line => line + "\n")));
        });
        routes.MapGet(Configuration, context => context.Response.WriteAsJsonAsync(ConfigurationListing.Read(path), ReportJson.Default.ConfigurationReport));
    }
}
