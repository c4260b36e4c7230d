using Bridge.Gateway.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Gateway.Diagnosis;

/// <summary>Writes events of one category into <see cref="RecentEvents"/>, as the text log writes them.</summary>
internal sealed class RecentLogger(RecentEvents events, LineFormatter formatter, string category) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatMessage)
    {
        using StringWriter line = new();
        formatter.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatMessage), scopes: null, line);
        events.Add(line.ToString().TrimEnd());
    }
}
