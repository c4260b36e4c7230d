namespace Bridge.Gateway.Configuration;

/// <summary>One thing that is wrong with a configuration: where (colon-separated path, or file:line) and what, with what to write instead.</summary>
internal readonly record struct ConfigurationError(string Path, string Message)
{
    /// <summary>The line that <c>check</c> prints.</summary>
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}
