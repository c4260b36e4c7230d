using System.Text.Json;
using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Bench;

/// <summary>A scenario in a JSON file. Everything may be left out; the command line comes before it.</summary>
internal sealed record ScenarioFile
{
    /// <summary>For reports.</summary>
    public string? Name { get; init; }

    /// <summary>The device.</summary>
    public string? Device { get; init; }

    /// <summary>Its channels.</summary>
    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>Bytes of a message.</summary>
    public int? Length { get; init; }

    /// <summary>Messages after which it ends.</summary>
    public long? Count { get; init; }

    /// <summary>Phases, as <see cref="LoadText"/> reads them.</summary>
    public IReadOnlyList<string>? Load { get; init; }

    /// <summary>Seconds before anything is counted.</summary>
    public double? WarmUpSeconds { get; init; }

    /// <summary>How long an echo is awaited.</summary>
    public double? TimeoutMilliseconds { get; init; }

    /// <summary>Every byte is compared.</summary>
    public bool? Verify { get; init; }

    /// <summary>Conditions, as <see cref="Threshold"/> reads them.</summary>
    public IReadOnlyList<string>? Thresholds { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandFailedException">There is none, or it is no scenario.</exception>
    public static async Task<ScenarioFile> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            await using FileStream stream = File.OpenRead(path);
            return await JsonSerializer.DeserializeAsync(stream, BenchJson.Default.ScenarioFile, cancellation) ?? new ScenarioFile();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"--scenario {path}: {unreadable.Message}");
        }
    }
}
