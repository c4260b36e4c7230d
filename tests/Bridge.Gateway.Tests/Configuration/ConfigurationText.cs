using System.Text;
using Bridge.Gateway.Configuration;

namespace Bridge.Gateway.Tests.Configuration;

/// <summary>Loads configurations from strings, as if the file were /etc/rpmsg-bridge/bridge.json and the environment empty.</summary>
internal static class ConfigurationText
{
    public const string Fingerprint = "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    public const string OtherFingerprint = "sha256:ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

    /// <summary>The smallest valid configuration.</summary>
    public const string Minimal = $$"""
        { "name": "a", "links": { "b": { "fingerprint": "{{Fingerprint}}" } }, "devices": { "rpmsg0": { "side": "virtio" } } }
        """;

    public static GatewayConfiguration Load(string json, params (string Name, string Value)[] environment)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(json));
        Dictionary<string, string> variables = environment.ToDictionary(pair => pair.Name, pair => pair.Value);
        return ConfigurationFile.Load(stream, "/etc/rpmsg-bridge/bridge.json", new StandardPaths(name => variables.GetValueOrDefault(name, name == "HOME" ? "/home/u" : "")));
    }

    /// <summary>What <c>check</c> would print for it; empty when it is valid.</summary>
    public static string[] Errors(string json)
    {
        try
        {
            Load(json, ("XDG_RUNTIME_DIR", "/run/user/7"));
            return [];
        }
        catch (ConfigurationException invalid)
        {
            return [.. invalid.Errors.Select(error => error.ToString())];
        }
    }

    /// <summary>A configuration that is valid but for members put into its link and its device.</summary>
    public static string With(string top = "", string link = $"\"fingerprint\": \"{Fingerprint}\"", string device = "\"side\": \"vhost\"") =>
        $$"""{ "name": "a", {{(top.Length > 0 ? top + "," : "")}} "links": { "b": { {{link}} } }, "devices": { "rpmsg0": { {{device}} } } }""";
}
