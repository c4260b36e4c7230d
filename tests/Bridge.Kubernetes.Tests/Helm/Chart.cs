using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.Kubernetes.Tests.Helm;

/// <summary>The chart, through helm.</summary>
internal static class Chart
{
    /// <summary>Where it lies.</summary>
    public static string Path => System.IO.Path.Combine(Repository.Root, "helm", "rpmsg-bridge");

    /// <summary>A set of values that the tests bring.</summary>
    public static string Values(string set) => System.IO.Path.Combine(Repository.Root, "tests", "Bridge.Kubernetes.Tests", "Values", set + ".yaml");

    /// <summary>Runs helm with configuration and caches of its own.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> HelmAsync(params IEnumerable<string> arguments)
    {
        using TemporaryDirectory home = new();
        await using RunningProcess helm = RunningProcess.Start(
            Machine.Here.Command(HelmTools.Helm, arguments),
            [new("HELM_CACHE_HOME", home.Path), new("HELM_CONFIG_HOME", home.Path), new("HELM_DATA_HOME", home.Path), new("KUBECONFIG", "/dev/null")]);
        return await helm.ExitAsync();
    }

    /// <summary>What the chart becomes with a set of values.</summary>
    public static async Task<string> TemplateAsync(string chart, string set, params IEnumerable<string> more)
    {
        (int exitCode, string output, string errors) = await HelmAsync(["template", "lab", chart, "--namespace", "boards", "--values", Values(set), .. more]);
        Assert.True(exitCode == 0, errors);
        return output;
    }

    /// <summary>The manifests in YAML text, and what is wrong with them by Kubernetes' types.</summary>
    public static async Task<(Manifests Manifests, IReadOnlyList<string> Errors)> CheckAsync(string yaml)
    {
        await using RunningProcess check = RunningProcess.Start(Machine.Here.Command(Programs.Path("node"), System.IO.Path.Combine(HelmTools.Path, "check.mjs")));
        foreach (string line in yaml.Split('\n'))
            await check.TypeAsync(line);
        check.EndInput();
        (int exitCode, string output, string errors) = await check.ExitAsync();
        Assert.True(exitCode == 0, errors);
        JsonNode result = JsonNode.Parse(output)!;
        return (new Manifests(result["manifests"]!.AsArray()), [.. result["errors"]!.AsArray().Select(error => error!.GetValue<string>())]);
    }
}
