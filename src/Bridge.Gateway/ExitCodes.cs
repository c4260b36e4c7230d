namespace Bridge.Gateway;

/// <summary>What the exit codes mean, for help and manual.</summary>
internal static class ExitCodes
{
    /// <summary>Every code.</summary>
    public static IReadOnlyList<(ExitCode Code, string Meaning)> All { get; } =
    [
        (ExitCode.Ok, "done"),
        (ExitCode.Failure, "failed"),
        (ExitCode.Usage, "wrong command line"),
        (ExitCode.Unavailable, "no gateway running"),
        (ExitCode.Configuration, "wrong configuration"),
    ];

    /// <summary>In one line.</summary>
    public static string Line { get; } = $"Exit codes: {string.Join(", ", All.Select(static one => $"{(int)one.Code} {one.Meaning}"))}.";
}
