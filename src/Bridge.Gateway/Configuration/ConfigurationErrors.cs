namespace Bridge.Gateway.Configuration;

/// <summary>Collects everything that is wrong, so that a user sees it all at once. Says where a value came from when that was not the file.</summary>
/// <param name="origin">For a path: the environment variable that sets it, or null.</param>
internal sealed class ConfigurationErrors(Func<string, string?> origin)
{
    private readonly List<ConfigurationError> _errors = [];

    /// <summary>What was added, in that order.</summary>
    public IReadOnlyList<ConfigurationError> All => _errors;

    /// <summary>True when something at the path itself is wrong already.</summary>
    public bool HasAt(string path) => _errors.Exists(error => error.Path.Equals(path, StringComparison.OrdinalIgnoreCase));

    /// <summary>True when something at the path or under it is wrong already, so that nothing more need be said about its absence.</summary>
    public bool HasUnder(string path) =>
        _errors.Exists(error => error.Path.StartsWith(path, StringComparison.OrdinalIgnoreCase) && (error.Path.Length == path.Length || error.Path[path.Length] == ':'));

    /// <summary>Adds one error. The message is a sentence without a full stop that names the remedy.</summary>
    public void Add(string path, string message) =>
        _errors.Add(new ConfigurationError(path, origin(path) is { } variable ? $"{message} (set by the environment variable {variable})" : message));
}
