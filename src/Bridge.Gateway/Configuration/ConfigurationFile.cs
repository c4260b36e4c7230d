using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Bridge.Gateway.Configuration;

/// <summary>Loads a configuration file (JSON with comments and trailing commas), lays the environment over it and checks the whole.</summary>
internal static class ConfigurationFile
{
    /// <summary>Environment variables that start with this override the file: RPMSG_BRIDGE_devices__rpmsg0__rpmsg__quota=32.</summary>
    public const string EnvironmentPrefix = "RPMSG_BRIDGE_";

    /// <summary>The configuration in <paramref name="path"/>, valid as a whole.</summary>
    /// <exception cref="ConfigurationException">With every error, not only the first; also when the file cannot be read or is no JSON.</exception>
    public static GatewayConfiguration Load(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Load(stream, path, StandardPaths.Process);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([new ConfigurationError(path, $"the file cannot be read: {failure.Message}")]);
        }
    }

    /// <summary>As <see cref="Load(string)"/>, from a stream; <paramref name="path"/> names it in messages and anchors relative paths.</summary>
    /// <exception cref="ConfigurationException">With every error.</exception>
    public static GatewayConfiguration Load(Stream stream, string path, StandardPaths standard)
    {
        IConfigurationRoot root = Parse(stream, path);
        ConfigurationErrors errors = new(key => EnvironmentVariable(root, key));
        ConfigurationTree.Reference.Check(root, errors);
        string directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        GatewayConfiguration configuration = new ConfigurationBinding(new ConfigurationReader(root, errors), errors, standard, directory).Bind();
        new ConfigurationChecks(configuration, errors).Run();
        return errors.All.Count == 0 ? configuration : throw new ConfigurationException(errors.All);
    }

    /// <summary>Every single value of the file and of the environment by its key, in alphabetical order, unchecked.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or is no JSON.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> List(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return [.. Parse(stream, path).AsEnumerable()
                .Where(static pair => pair.Value is not null)
                .OrderBy(static pair => pair.Key, StringComparer.OrdinalIgnoreCase)
                .Select(static pair => KeyValuePair.Create(pair.Key, pair.Value!))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([new ConfigurationError(path, $"the file cannot be read: {failure.Message}")]);
        }
    }

    private static IConfigurationRoot Parse(Stream stream, string path)
    {
        try
        {
            return new ConfigurationBuilder()
                .AddJsonStream(stream)
                .AddEnvironmentVariables(EnvironmentPrefix)
                .Build();
        }
        catch (JsonException failure)
        {
            // Lines count from zero in JsonException; its message repeats the position after " LineNumber:".
            string what = failure.Message.Split(" LineNumber:")[0].Split(" Path:")[0];
            throw new ConfigurationException([new ConfigurationError($"{path}:{failure.LineNumber + 1}", $"this is no JSON: {what}")]);
        }
        catch (FormatException failure)
        {
            // A key that stands twice, or a top level that is no object.
            throw new ConfigurationException([new ConfigurationError(path, failure.Message)]);
        }
    }

    private static string? EnvironmentVariable(IConfigurationRoot root, string key)
    {
        bool isSet = root.Providers.OfType<EnvironmentVariablesConfigurationProvider>()
            .Any(provider => provider.TryGet(key, out _) || provider.GetChildKeys([], key).Any());
        return isSet ? EnvironmentPrefix + key.Replace(":", "__", StringComparison.Ordinal) : null;
    }
}
