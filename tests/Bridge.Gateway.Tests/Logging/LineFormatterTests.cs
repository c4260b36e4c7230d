using System.Globalization;
using Bridge.Gateway.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Gateway.Tests.Logging;

public sealed class LineFormatterTests
{
    [Fact]
    public void Write_ScopesAndMessage_EndAsNamedFieldsOfOneLine()
    {
        string line = Format(
            LogLevel.Warning,
            [("Link", "board-b"), ("Device", "rpmsg0")],
            [("Queue", 1), ("Reason", "too long\nforged"), ("{OriginalFormat}", "x")],
            "Queue 1 stops.\nforged");

        Assert.Equal("1970-01-01T00:00:01.500Z warn  Queue 1 stops.\\nforged link=board-b device=rpmsg0 queue=1 reason=\"too long\\nforged\"\n", line);
    }

    [Fact]
    public void Write_Exception_StaysOnTheLine()
    {
        string line = Format(LogLevel.Error, [], [], "Failed.", new InvalidOperationException("no\nway"));

        Assert.Equal("1970-01-01T00:00:01.500Z error Failed. exception=\"System.InvalidOperationException: no\\nway\"\n", line);
    }

    private static string Format(LogLevel level, (string, object?)[] scope, (string, object?)[] state, string message, Exception? exception = null)
    {
        LoggerExternalScopeProvider scopes = new();
        using IDisposable _ = scopes.Push(Fields(scope));
        StringWriter writer = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        LogEntry<List<KeyValuePair<string, object?>>> entry = new(level, "category", default, Fields(state), exception, (_, _) => message);
        new LineFormatter(new FixedTime()).Write(entry, scopes, writer);
        return writer.ToString();
    }

    private static List<KeyValuePair<string, object?>> Fields((string Name, object? Value)[] fields) => [.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))];

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddMilliseconds(1500);
    }
}
