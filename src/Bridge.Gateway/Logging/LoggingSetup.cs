using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Bridge.Gateway.Logging;

/// <summary>Sends logs to standard error: standard output belongs to what commands print.</summary>
internal static class LoggingSetup
{
    /// <summary>Adds the console logger in the given format, from the given level on.</summary>
    public static void AddGatewayConsole(this ILoggingBuilder logging, LogFormat format, LogLevel level)
    {
        logging.SetMinimumLevel(level);

        // Requests to the admin API are not events of the gateway.
        logging.AddFilter("Microsoft.AspNetCore", level < LogLevel.Warning ? LogLevel.Warning : level);
        logging.AddFilter("Microsoft.Hosting.Lifetime", level < LogLevel.Warning ? LogLevel.Warning : level);
        // What it logs, it throws as well, and the program says it in one sentence.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = format == LogFormat.Json ? ConsoleFormatterNames.Json : LineFormatter.FormatterName;
        });
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        logging.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.IncludeScopes = true;
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
        logging.Services.TryAddSingleton(TimeProvider.System);
    }
}
