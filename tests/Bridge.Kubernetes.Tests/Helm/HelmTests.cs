using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.Kubernetes.Tests.Helm;

/// <summary>The chart through the real helm, and what it becomes against Kubernetes' own types. There is no cluster here.</summary>
[Trait("Category", "Helm")]
public sealed class HelmTests
{
    [HelmTheory]
    [InlineData("minimal", "ConfigMap NetworkPolicy Service ServiceAccount StatefulSet")]
    [InlineData("nodes", "ConfigMap DaemonSet NetworkPolicy Pod PodMonitor ServiceAccount")]
    [InlineData("certificates", "Certificate ConfigMap Service ServiceAccount StatefulSet")]
    public async Task Template_OfValues_PassesLintAndTheTypesOfKubernetes(string set, string kinds)
    {
        (int exitCode, string output, string errors) = await Chart.HelmAsync("lint", "--strict", Chart.Path, "--values", Chart.Values(set));
        Assert.True(exitCode == 0, output + errors);

        (Manifests manifests, IReadOnlyList<string> wrong) = await Chart.CheckAsync(await Chart.TemplateAsync(Chart.Path, set));

        Assert.Empty(wrong);
        Assert.Equal(kinds, string.Join(' ', manifests.Kinds));
        JsonNode pod = manifests.Pod, container = manifests.Container;
        Assert.True(pod["securityContext"]!["runAsNonRoot"]!.GetValue<bool>());
        Assert.True(container["securityContext"]!["readOnlyRootFilesystem"]!.GetValue<bool>());
        Assert.Equal("ALL", Manifests.Text(container["securityContext"]!["capabilities"]!["drop"]![0]));
        Assert.NotNull(container["resources"]!["limits"]!["memory"]);
        Assert.Equal(("/healthz", "/readyz"), (Manifests.Text(container["livenessProbe"]!["httpGet"]!["path"]), Manifests.Text(container["readinessProbe"]!["httpGet"]!["path"])));
        // A directory: a socket that was made anew would not be seen through a mount of the old one.
        Assert.Null(Manifests.Mount(container, "sockets")["subPath"]);
    }

    [HelmTheory]
    [InlineData("Service", "  publishNotReadyAddresses: true", "  publishNotReadyAddreses: true", "publishNotReadyAddreses")]
    [InlineData("StatefulSet", "  podManagementPolicy: Parallel", "  podManagementPolicy: parallel", "podManagementPolicy")]
    [InlineData("StatefulSet", "      terminationGracePeriodSeconds: 15", "      terminationGracePeriodSeconds: \"15\"", "terminationGracePeriodSeconds")]
    public async Task Check_OfAWrongField_FindsIt(string kind, string right, string wrong, string field)
    {
        string yaml = await Chart.TemplateAsync(Chart.Path, "minimal");
        Assert.Contains(right, yaml, StringComparison.Ordinal);

        IReadOnlyList<string> errors = (await Chart.CheckAsync(yaml.Replace(right, wrong, StringComparison.Ordinal))).Errors;

        Assert.NotEmpty(errors);
        Assert.All(errors, error => Assert.StartsWith($"{kind}/lab-rpmsg-bridge: ", error, StringComparison.Ordinal));
        // The types of the literal say only that a number is wanted there; the validator names the place.
        Assert.Contains(errors, error => error.Contains(field, StringComparison.Ordinal) || error.Contains("not assignable", StringComparison.Ordinal));
    }

    [HelmFact]
    public async Task Link_Service_PublishesGatewaysBeforeTheyAreReady()
    {
        Manifests manifests = await ReadAsync("minimal");

        JsonNode service = manifests.One("Service")["spec"]!;
        Assert.True(service["publishNotReadyAddresses"]!.GetValue<bool>());
        Assert.Equal(["UDP", "TCP"], service["ports"]!.AsArray().Select(port => Manifests.Text(port!["protocol"])));
        Assert.All(service["ports"]!.AsArray(), port => Assert.Equal(7117, port!["port"]!.GetValue<int>()));
        Assert.Equal("Parallel", Manifests.Text(manifests.Gateway["spec"]!["podManagementPolicy"]));
    }

    [HelmFact]
    public async Task Group_OfTheSockets_IsThatOfTheGatewayAndOfTheExample()
    {
        Manifests manifests = await ReadAsync("nodes");

        Assert.Equal(4711, manifests.Pod["securityContext"]!["runAsGroup"]!.GetValue<int>());
        Assert.Equal("4711", Manifests.Text(JsonNode.Parse(manifests.Configuration)!["group"]));
        JsonNode example = manifests.One("Pod")["spec"]!;
        Assert.Equal(4711, example["securityContext"]!["supplementalGroups"]![0]!.GetValue<int>());
        // The same directory of the same node.
        Assert.Equal(HostPath(manifests.Pod), HostPath(example));
        Assert.Equal("/run/rpmsg-bridge", Manifests.Text(Manifests.Mount(example["containers"]![0]!, "sockets")["mountPath"]));
        Assert.Null(Manifests.Mount(example["containers"]![0]!, "sockets")["subPath"]);
    }

    [HelmTheory]
    [InlineData("minimal")]
    [InlineData("nodes")]
    public async Task Configuration_ThatTheChartMakes_IsAcceptedByTheProgram(string set)
    {
        using TemporaryDirectory directory = new();
        Manifests manifests = await ReadAsync(set);

        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync("check", "--config", directory.Write("config.json", Named(manifests.Configuration)));

        Assert.True(exitCode == 0, errors + output);
    }

    [HelmFact]
    public async Task Certificates_OfCertManager_AreWhereTheConfigurationLooks()
    {
        Manifests manifests = await ReadAsync("certificates");

        JsonNode certificate = manifests.One("Certificate")["spec"]!;
        JsonNode volume = manifests.Pod["volumes"]!.AsArray().Single(one => Manifests.Text(one!["name"]) == "identity")!;
        Assert.Equal(Manifests.Text(certificate["secretName"]), Manifests.Text(volume["secret"]!["secretName"]));
        Assert.Equal("CombinedPEM", Manifests.Text(certificate["additionalOutputFormats"]![0]!["type"]));
        Assert.Equal("/etc/rpmsg-bridge/identity/tls-combined.pem", Manifests.Text(JsonNode.Parse(manifests.Configuration)!["identity"]));
        Assert.Equal("/etc/rpmsg-bridge/identity", Manifests.Text(Manifests.Mount(manifests.Container, "identity")["mountPath"]));
    }

    [HelmTheory]
    [InlineData("kind=Deployment", "/kind")]
    [InlineData("group=0", "/group")]
    [InlineData("link.prot=1", "prot")]
    [InlineData("configuration.runDirectory=/tmp", "runDirectory")]
    [InlineData("identity.secret.name=", "identity: there is no key; set identity.secret.name, or identity.certManager.enabled")]
    [InlineData("identity.certManager.enabled=true", "identity: both secret.name and certManager.enabled are set; keep one of them")]
    [InlineData("configuration.links=null", "configuration")]
    public async Task Values_ThatAreWrong_AreRefusedWithTheirPlace(string value, string expected)
    {
        (int exitCode, _, string errors) = await Chart.HelmAsync("template", "lab", Chart.Path, "--values", Chart.Values("minimal"), "--set", value);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [HelmFact]
    public async Task Package_OfTheChart_BecomesTheSame()
    {
        using TemporaryDirectory directory = new();
        (int exitCode, _, string errors) = await Chart.HelmAsync("package", Chart.Path, "--destination", directory.Path);
        Assert.True(exitCode == 0, errors);

        string package = Assert.Single(Directory.GetFiles(directory.Path, "*.tgz"));

        Assert.Equal(await Chart.TemplateAsync(Chart.Path, "nodes"), await Chart.TemplateAsync(package, "nodes"));
    }

    private static async Task<Manifests> ReadAsync(string set) => (await Chart.CheckAsync(await Chart.TemplateAsync(Chart.Path, set))).Manifests;

    private static string HostPath(JsonNode pod) => Manifests.Text(pod["volumes"]!.AsArray().Single(volume => Manifests.Text(volume!["name"]) == "sockets")!["hostPath"]!["path"]);

    /// <summary>In the cluster the name comes from the environment.</summary>
    private static string Named(string configuration)
    {
        JsonNode named = JsonNode.Parse(configuration)!;
        named["name"] = "lab-rpmsg-bridge-0";
        return named.ToJsonString();
    }
}
