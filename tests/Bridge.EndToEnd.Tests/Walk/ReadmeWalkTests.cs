using System.Text.RegularExpressions;
using Bridge.EndToEnd.Tests.Networks;

namespace Bridge.EndToEnd.Tests.Walk;

/// <summary>README.md's walk for two machines, executed from its own text in two network namespaces.</summary>
public sealed partial class ReadmeWalkTests
{
    [NetworkFact]
    public async Task Walk_AsWritten_BringsTheFirstMessage()
    {
        IReadOnlyList<WalkStep> steps = WalkStep.ReadAll(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md")));
        Assert.True(steps.Count >= 10, $"README.md has {steps.Count} steps.");
        using TemporaryDirectory directory = new();
        await using NetworkPair network = await NetworkPair.CreateAsync();
        // Closed as many distributions ship it: only what belongs to own connections, ICMP and neighbour discovery come in.
        await NetworkPair.FilterAsync(
            network.B,
            "table inet filter { chain input { type filter hook input priority 0; policy drop; iif lo accept; ct state established,related accept; meta l4proto { icmp, ipv6-icmp } accept; }; }");
        await using WalkMachine a = new(network.A, directory.File("a")), b = new(network.B, directory.File("b"));

        foreach (WalkStep step in steps)
        {
            foreach ((string name, WalkMachine machine) in new[] { ("a", a), ("b", b) })
            {
                if (!step.IsOn(name))
                    continue;
                if (step.File is { } file)
                    await File.WriteAllTextAsync(Path.Combine(machine.Home, file), step.Text.Replace("FINGERPRINT-OF-A", a.Fingerprint, StringComparison.Ordinal).Replace("FINGERPRINT-OF-B", b.Fingerprint, StringComparison.Ordinal));
                else if (step.InTerminal)
                    await machine.StartAsync(step.Text);
                else if (step.Text.Contains("dotnet publish", StringComparison.Ordinal))
                    await InstallAsync(machine, step.Text, from: machine == a ? null : a);
                else
                    await RunAsync(machine, step.Text);
            }
        }

        Assert.Contains("5 sent, 5 received, 0 lost", a.Printed, StringComparison.Ordinal);
        string received = Path.Combine(b.Home, "received");
        await Bounds.UntilAsync(() => File.Exists(received) && File.ReadAllText(received) == "hello from A\n", "the message in ~/received", b.Describe);
        await a.EndAsync();
        await b.EndAsync();
    }

    /// <summary>Published once; the second machine gets the first one's directory and does the rest itself.</summary>
    private static async Task InstallAsync(WalkMachine machine, string text, WalkMachine? from)
    {
        if (from is null)
        {
            await machine.BuildAsync(text);
            return;
        }

        Directory.CreateSymbolicLink(Path.Combine(machine.Home, "rpmsg-bridge"), Path.Combine(from.Home, "rpmsg-bridge"));
        await machine.RunAsync(string.Concat(text.Split('\n').Where(line => !line.StartsWith("dotnet publish", StringComparison.Ordinal)).Select(line => line + "\n")));
    }

    private static async Task RunAsync(WalkMachine machine, string text)
    {
        foreach (Match ping in Ping().Matches(text))
            await machine.UntilChannelAsync(ping.Groups["device"].Value, ping.Groups["channel"].Value);
        await machine.RunAsync(text);
    }

    [GeneratedRegex(@"^rpmsg-bridge ping (?<device>\S+) (?<channel>\S+)", RegexOptions.Multiline)]
    private static partial Regex Ping();
}
