using Microsoft.Extensions.Logging;

namespace Bridge.Relay.Tests.Simulation;

/// <summary>Keeps what was logged, so that a failing seed tells its story.</summary>
internal sealed class Journal : ILogger
{
    private readonly Queue<string> _lines = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue(formatter(state, exception));
        if (_lines.Count > 25)
            _lines.Dequeue();
    }

    public override string ToString() => string.Join(Environment.NewLine, _lines);
}
