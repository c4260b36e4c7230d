using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Bridge.Link.Tests;

/// <summary>Keeps what is logged, by event id.</summary>
internal sealed class LineLog : ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> lines = [];

    public int Count(int id) => lines.Count(line => line.Id == id);

    public IEnumerable<string> Lines(int id) => lines.Where(line => line.Id == id).Select(static line => line.Text);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue((eventId.Id, formatter(state, exception)));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}
