namespace Bridge.Gateway.Configuration;

/// <summary>What a configuration value must look like: the one source of error messages and of the reference table.</summary>
internal abstract class ValueRule
{
    /// <summary>The kind of value, as the reference table names it: "whole number", "path".</summary>
    public abstract string Type { get; }

    /// <summary>What is accepted, in words that fit after "use": "32..65536", "auto, quic or tcp".</summary>
    public abstract string Range { get; }
}

/// <summary>A rule that turns accepted text into a <typeparamref name="T"/>.</summary>
internal abstract class ValueRule<T> : ValueRule
{
    /// <summary>
    /// Parses one value. On refusal <paramref name="problem"/> continues the sentence that starts with the value: "is out of range".
    /// </summary>
    public abstract bool TryParse(string text, out T value, out string problem);
}
