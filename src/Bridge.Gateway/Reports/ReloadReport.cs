namespace Bridge.Gateway.Reports;

/// <summary>The answer to <c>POST /reload</c>: what reading the configuration again came to.</summary>
internal sealed record ReloadReport
{
    /// <summary>False: the configuration has errors or cannot be used now, and nothing was changed.</summary>
    public required bool Applied { get; init; }

    /// <summary>What is different now, a key and a sentence each; empty when nothing is.</summary>
    public required IReadOnlyList<string> Changed { get; init; }

    /// <summary>Keys that are different in the file and take a restart.</summary>
    public required IReadOnlyList<string> NeedRestart { get; init; }

    /// <summary>Why nothing was changed, a sentence each.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>A reload that changed nothing because of these.</summary>
    public static ReloadReport Refused(IEnumerable<string> errors) => new() { Applied = false, Changed = [], NeedRestart = [], Errors = [.. errors] };
}
