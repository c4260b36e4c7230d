using Microsoft.Extensions.Configuration;

namespace Bridge.Gateway.Configuration;

/// <summary>Reads values by their rows. A value that cannot be used is reported once and replaced by null, so that reading goes on and finds the other errors too.</summary>
internal sealed class ConfigurationReader(IConfigurationRoot root, ConfigurationErrors errors)
{
    /// <summary>The value at the key's place (with the user's names in it), its default's value when absent, or null when unusable.</summary>
    public T ReadOrDefault<T>(ValueKey<T> key, params ReadOnlySpan<string> names) =>
        TryRead(key, key.At(names), out T value) ? value : key.DefaultValue;

    /// <summary>False when the value is absent, or unusable and reported.</summary>
    public bool TryRead<T>(ValueKey<T> key, string path, out T value)
    {
        value = default!;
        return root[path] is { } text && TryParse(key, path, text, out value);
    }

    /// <summary>True when something usable or not stands at the path.</summary>
    public bool IsPresent(string path)
    {
        IConfigurationSection section = root.GetSection(path);
        return section.Value is not null || section.GetChildren().Any();
    }

    /// <summary>The usable entries of a list, which may also be one single value; null when the list is absent, empty when it is empty.</summary>
    public IReadOnlyList<T>? ReadList<T>(ValueKey<T> key, params ReadOnlySpan<string> names)
    {
        string path = key.At(names);
        if (!IsPresent(path))
        {
            return null;
        }

        List<T> values = [];
        IConfigurationSection section = root.GetSection(path);
        if (!string.IsNullOrEmpty(section.Value) && TryParse(key, path, section.Value, out T single))
        {
            values.Add(single);
        }

        foreach (IConfigurationSection entry in section.GetChildren())
        {
            if (entry.Value is { } text && TryParse(key, $"{path}:{entry.Key}", text, out T value))
            {
                values.Add(value);
            }
        }

        return values;
    }

    /// <summary>
    /// The names that the user chose under an object, in alphabetical order (configuration sources are merged by name, ignoring case). A name is spelt as in the
    /// file: an environment variable in capitals overrides a device's value and does not rename the device.
    /// </summary>
    public IReadOnlyList<string> Names(string path) =>
    [
        .. root.Providers
            .SelectMany(provider => provider.GetChildKeys([], path))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Order(StringComparer.OrdinalIgnoreCase),
    ];

    private bool TryParse<T>(ValueKey<T> key, string path, string text, out T value)
    {
        if (key.Rule.TryParse(text, out value, out string problem))
        {
            return true;
        }

        errors.Add(path, $"{(text.Length == 0 ? "the value" : text)} {problem}; use {key.Range}");
        return false;
    }
}
