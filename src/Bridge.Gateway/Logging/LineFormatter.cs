using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Bridge.Gateway.Logging;

/// <summary>
/// One line an event: time, level, message, then the named fields of scopes and message, as <c>link=board-b device=rpmsg0 queue=1</c>.
/// Any thread; the console logger's queue serialises the writing.
/// </summary>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" \"=\r\n\t");

    /// <summary>The name under which it is registered.</summary>
    public const string FormatterName = "line";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter writer)
    {
        writer.Write(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        writer.Write(' ');
        writer.Write(Level(entry.LogLevel));
        writer.Write(' ');
        writer.Write(OneLine(entry.Formatter(entry.State, entry.Exception)));
        scopes?.ForEachScope(WriteFields, writer);
        WriteFields(entry.State, writer);
        if (entry.Exception is { } exception)
        {
            writer.Write(" exception=");
            WriteValue(entry.LogLevel >= LogLevel.Error ? exception.ToString() : $"{exception.GetType().Name}: {exception.Message}", writer);
        }

        writer.WriteLine();
    }

    private static void WriteFields<TState>(TState state, TextWriter writer)
    {
        if (state is not IEnumerable<KeyValuePair<string, object?>> fields)
        {
            return;
        }

        foreach ((string name, object? value) in fields)
        {
            if (name == "{OriginalFormat}" || value is null)
            {
                continue;
            }

            writer.Write(' ');
            writer.Write(char.ToLowerInvariant(name[0]));
            writer.Write(name.AsSpan(1));
            writer.Write('=');
            WriteValue(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", writer);
        }
    }

    private static void WriteValue(string value, TextWriter writer)
    {
        bool plain = value.Length > 0 && !value.AsSpan().ContainsAny(NeedsQuotes);
        writer.Write(plain ? value : $"\"{OneLine(value).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
    }

    // Names and messages of peers may end up here: a line break must not be able to forge a line.
    private static string OneLine(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(c => c == '\n' ? "\\n" : char.IsControl(c) ? "" : c.ToString()))
        : text;

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
