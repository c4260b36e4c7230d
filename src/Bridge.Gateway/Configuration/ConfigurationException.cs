namespace Bridge.Gateway.Configuration;

/// <summary>A configuration that cannot be used, with everything that is wrong with it.</summary>
internal sealed class ConfigurationException(IReadOnlyList<ConfigurationError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>All errors; never empty. What does not fit the reference comes first, then bad values, then what does not fit together.</summary>
    public IReadOnlyList<ConfigurationError> Errors { get; } = errors;
}
