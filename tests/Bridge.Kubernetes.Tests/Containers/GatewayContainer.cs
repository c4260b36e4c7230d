using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.Kubernetes.Tests.Containers;

/// <summary>A gateway in a container: its directories on this machine, and how it is started.</summary>
internal sealed class GatewayContainer(Podman podman, string name, string parent, string networkNamespace)
{
    // As in the Containerfile.
    private const string User = "7117:7117";

    private readonly string _directory = Directory.CreateDirectory(Path.Combine(parent, name)).FullName;

    /// <summary>What is written before it starts.</summary>
    public JsonObject Configuration { get; } = new() { ["name"] = name, ["group"] = "7117", ["links"] = new JsonObject(), ["devices"] = new JsonObject() };

    /// <summary>How other containers of the same machine reach its sockets: the directory, and the group that the image's user is in.</summary>
    public string[] Sockets => ["--network", "none", "--volume", $"{Path.Combine(_directory, "run")}:/run/rpmsg-bridge"];

    /// <summary>Makes its directories and its key, by the program in a container; the fingerprint.</summary>
    public async Task<string> PrepareAsync()
    {
        foreach (string part in new[] { "run", "state", "etc" })
        {
            string directory = Directory.CreateDirectory(Path.Combine(_directory, part)).FullName;
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
            await Machine.Here.RunAsync("chown", User, directory);
        }

        string identity = await podman.RunContainerAsync(["--network", "none", .. State], "identity", "--json");
        return JsonNode.Parse(identity)!["fingerprint"]!.GetValue<string>();
    }

    /// <summary>Starts it with a memory limit, if this machine has such.</summary>
    public async Task<RunningProcess> StartAsync(string? memory)
    {
        string file = Path.Combine(_directory, "etc", "config.json");
        await File.WriteAllTextAsync(file, Configuration.ToJsonString());
        await Machine.Here.RunAsync("chown", User, file);
        string[] limit = memory is null ? [] : ["--memory", memory];
        return podman.Start(
            ["--name", name, "--network", $"ns:/run/netns/{networkNamespace}", .. limit, .. State, "--volume", $"{Path.Combine(_directory, "run")}:/run/rpmsg-bridge",
                "--volume", $"{Path.Combine(_directory, "etc")}:/etc/rpmsg-bridge:ro"],
            "run", "--config", "/etc/rpmsg-bridge/config.json");
    }

    private string[] State => ["--volume", $"{Path.Combine(_directory, "state")}:/var/lib/rpmsg-bridge"];
}
