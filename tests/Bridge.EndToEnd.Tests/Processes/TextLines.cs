namespace Bridge.EndToEnd.Tests.Processes;

/// <summary>The lines that a process has written so far. Written by one reader, read by any thread.</summary>
internal sealed class TextLines
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];

    /// <summary>All of it.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
                return string.Concat(_lines.Select(line => line + "\n"));
        }
    }

    /// <summary>The lines up to now.</summary>
    public IReadOnlyList<string> ToList()
    {
        lock (_gate)
            return [.. _lines];
    }

    /// <summary>Reads until the stream ends.</summary>
    public async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_gate)
                _lines.Add(line);
        }
    }
}
