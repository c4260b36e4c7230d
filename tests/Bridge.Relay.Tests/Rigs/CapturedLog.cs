using Microsoft.Extensions.Logging;

namespace Bridge.Relay.Tests.Rigs;

/// <summary>Keeps every line that was logged.</summary>
internal sealed class CapturedLog : ILogger
{
    public List<(LogLevel Level, string Event, string Text)> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add((logLevel, eventId.Name ?? "", formatter(state, exception)));

    /// <summary>The lines of one event, in order.</summary>
    public string[] Of(string name) => [.. Lines.Where(line => line.Event == name).Select(line => line.Text)];
}
