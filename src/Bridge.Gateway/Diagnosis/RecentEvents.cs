using Bridge.Gateway.Logging;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Diagnosis;

/// <summary>The last lines of the log, kept in memory for <c>diag</c>: also where nobody keeps what goes to standard error. Any thread.</summary>
internal sealed class RecentEvents(TimeProvider time) : ILoggerProvider
{
    /// <summary>Lines that are kept.</summary>
    public const int Capacity = 1000;

    // A stack trace may be long; what is kept is bounded in both directions.
    private const int MaximumLength = 4000;

    private readonly LineFormatter _formatter = new(time);
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new(Capacity);
    private long _dropped;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new RecentLogger(this, _formatter, categoryName);

    /// <summary>The lines, oldest first; before them, how many there were that are not kept any more.</summary>
    public (long Dropped, IReadOnlyList<string> Lines) Read()
    {
        lock (_gate)
            return (_dropped, [.. _lines]);
    }

    /// <summary>Keeps a line.</summary>
    public void Add(string line)
    {
        string kept = line.Length <= MaximumLength ? line : line[..MaximumLength] + "...";
        lock (_gate)
        {
            if (_lines.Count == Capacity)
            {
                _lines.Dequeue();
                _dropped++;
            }

            _lines.Enqueue(kept);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
