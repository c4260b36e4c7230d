using System.Globalization;
using System.Text.RegularExpressions;

namespace Bridge.EndToEnd.Tests.Lab;

/// <summary>What the lab says of itself on standard error: its gateways' processes and its directory.</summary>
internal sealed partial record LabTrace(int Virtio, int Vhost, string Directory)
{
    public static LabTrace Read(string errors)
    {
        Match line = Line().Match(errors);
        Assert.True(line.Success, errors);
        return new LabTrace(Number(line, "virtio"), Number(line, "vhost"), line.Groups["directory"].Value);
    }

    private static int Number(Match line, string group) => int.Parse(line.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"gateways: virtio \(process (?<virtio>\d+)\), vhost \(process (?<vhost>\d+)\), logs in\s+(?<directory>/\S+)")]
    private static partial Regex Line();
}
