using System.Text.Json.Nodes;

namespace Bridge.Kubernetes.Tests.Helm;

/// <summary>What a chart has become.</summary>
internal sealed class Manifests(JsonArray all)
{
    /// <summary>Kinds, in order.</summary>
    public string[] Kinds => [.. all.Select(manifest => manifest!["kind"]!.GetValue<string>()).Order(StringComparer.Ordinal)];

    /// <summary>The gateway's own workload.</summary>
    public JsonNode Gateway => all.Single(manifest => manifest!["kind"]!.GetValue<string>() is "StatefulSet" or "DaemonSet")!;

    /// <summary>The gateway's pod.</summary>
    public JsonNode Pod => Gateway["spec"]!["template"]!["spec"]!;

    /// <summary>The gateway's container.</summary>
    public JsonNode Container => Pod["containers"]!.AsArray().Single(container => Text(container!["name"]) == "gateway")!;

    /// <summary>The configuration that the gateway gets.</summary>
    public string Configuration => Text(One("ConfigMap")["data"]!["config.json"]);

    /// <summary>The only manifest of a kind.</summary>
    public JsonNode One(string kind) => all.Single(manifest => Text(manifest!["kind"]) == kind)!;

    /// <summary>A node's text.</summary>
    public static string Text(JsonNode? node) => node!.GetValue<string>();

    /// <summary>Where a volume of this name is mounted in a container.</summary>
    public static JsonNode Mount(JsonNode container, string volume) => container["volumeMounts"]!.AsArray().Single(mount => Text(mount!["name"]) == volume)!;
}
