using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Diagnosis;

/// <summary>
/// A configuration for people who help: every known key's value, and of unknown ones, which may be anything, the name only. Comments are left out, and URLs lose whatever
/// could be a token. The key itself is in another file, of which only the name is here.
/// </summary>
internal static class ConfigurationListing
{
    /// <summary>The file as it is now. Never throws: what is wrong is in the report.</summary>
    public static ConfigurationReport Read(string path)
    {
        string[] values = [], errors = [];
        PeerReport[] peers = [];
        try
        {
            values = [.. ConfigurationFile.List(path).Select(pair => $"{pair.Key} = {Show(pair.Key, pair.Value)}")];
            peers = [.. ConfigurationFile.Load(path).Links.Select(static link => new PeerReport
            {
                Peer = link.Peer,
                Transport = ChoiceName.Of(link.Transport),
                Connect = [.. link.Connect.Select(static address => address.ToString())],
            })];
        }
        catch (ConfigurationException invalid)
        {
            // Their sentences quote values: the key alone is safe.
            errors = [.. invalid.Errors.Select(static error => $"{error.Path}: there is an error; `rpmsg-bridge check` says which")];
        }

        return new ConfigurationReport { File = path, Values = values, Errors = errors, Peers = peers };
    }

    private static string Show(string key, string value)
    {
        if (!ConfigurationKeys.All.Any(known => known is IValueKey && Fits(known.Path, key, known is IValueKey { IsList: true })))
            return "(not shown: there is no such key)";
        return Uri.TryCreate(value, UriKind.Absolute, out Uri? url) && url.Scheme.StartsWith("http", StringComparison.OrdinalIgnoreCase)
            ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : string.Concat(value.Select(static c => char.IsControl(c) ? '?' : c));
    }

    private static bool Fits(string pattern, string key, bool isList)
    {
        string[] known = pattern.Split(':'), given = key.Split(':');
        return (given.Length == known.Length || (isList && given.Length == known.Length + 1 && given[^1].All(char.IsAsciiDigit)))
            && known.Zip(given).All(static pair => pair.First.StartsWith('<') || pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));
    }
}
