using System.Text;

namespace Bridge.Gateway.Configuration;

/// <summary>Prints the rows of <see cref="ConfigurationKeys"/> for people; README holds exactly this text, and a test compares them.</summary>
internal static class ConfigurationReference
{
    /// <summary>A Markdown table, one line a key.</summary>
    public static string ToMarkdown()
    {
        StringBuilder table = new();
        table.Append("| key | type | default | unit | accepted | meaning |\n|---|---|---|---|---|---|\n");
        foreach (ConfigurationKey key in ConfigurationKeys.All)
        {
            string standard = key.Default.Length == 0 || key.Default.StartsWith('(') ? key.Default : $"`{key.Default}`";
            table.Append($"| `{key.Path}` | {key.Type} | {standard} | {key.Unit} | {key.Range} | {key.Meaning} |\n");
        }

        return table.ToString();
    }
}
