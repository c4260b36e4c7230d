using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Metrics;

/// <summary>The figures of running gateways, as monitoring systems read them.</summary>
[Trait("Category", "Metrics")]
public sealed class MetricsTests
{
    private const int Messages = 50;

    [ProgramFact("promtool")]
    public async Task Page_OfAGatewayAfterTraffic_HasEveryFamilyAndPromtoolFindsNothing()
    {
        await using MeasuredPair pair = await MeasuredPair.JoinAsync();
        await pair.TalkAsync(Messages);

        ScrapedPage a = await pair.ScrapeAsync(pair.AddressA), b = await pair.ScrapeAsync(pair.AddressB);

        Assert.Equal(("", 0), await CheckAsync(a));
        Assert.Equal(("", 0), await CheckAsync(b));
        string[] families =
        [
            "rpmsg_bridge_link_state", "rpmsg_bridge_link_transport", "rpmsg_bridge_link_connections_ended_total", "rpmsg_bridge_messages_total", "rpmsg_bridge_messages_payload_bytes_total",
            "rpmsg_bridge_queue_chains_total", "rpmsg_bridge_queue_payload_bytes_total", "rpmsg_bridge_queue_in_flight", "rpmsg_bridge_queue_ring", "rpmsg_bridge_queue_pool",
            "rpmsg_bridge_queue_notifications_total", "rpmsg_bridge_messages_dropped_total", "rpmsg_bridge_faults_total", "rpmsg_bridge_endpoint_queue",
            "rpmsg_bridge_socket_to_ring_duration_seconds", "rpmsg_bridge_ring_to_socket_duration_seconds", "process_open_fds", "dotnet_gc_collections_total",
            "dotnet_process_cpu_time_seconds_total", "dotnet_process_memory_working_set_bytes",
        ];
        Assert.All(families, family => Assert.Contains(family, a.Families));
        Assert.All(families, family => Assert.Contains(family, b.Families));
        foreach (ScrapedPage page in new[] { a, b })
        {
            Assert.Equal(1, page.Sum("rpmsg_bridge_ready"));
            Assert.Equal(1, page.Sum("rpmsg_bridge_link_state", "state=\"up\""));
            Assert.Equal(1, page.Sum("rpmsg_bridge_link_transport", "transport=\"tcp\""));
            Assert.Equal(Messages, page.Sum("rpmsg_bridge_messages_total", "device=\"rpmsg0\"", "direction=\"sent\""));
            Assert.Equal(Messages * 100, page.Sum("rpmsg_bridge_messages_payload_bytes_total", "direction=\"received\""));
            // Name service and flow control are chains too.
            Assert.InRange(page.Sum("rpmsg_bridge_queue_chains_total", "queue=\"1\"", "direction=\"to_device\""), Messages, double.MaxValue);
            Assert.Equal(0, page.Sum("rpmsg_bridge_messages_dropped_total"));
            Assert.Equal(0, page.Sum("rpmsg_bridge_faults_total"));
            Assert.InRange(page.Sum("rpmsg_bridge_socket_to_ring_duration_seconds_count"), 1, double.MaxValue);
            Assert.InRange(page.Sum("rpmsg_bridge_ring_to_socket_duration_seconds_count"), 1, double.MaxValue);
        }
    }

    [Fact]
    public async Task Peer_ThatGoes_IsAReasonAndTheEndOfReadiness()
    {
        await using MeasuredPair pair = await MeasuredPair.JoinAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(pair, "/readyz"));

        await pair.B.SignalAsync("TERM");
        Assert.Equal(0, await pair.B.ExitAsync());
        await pair.A.UntilAsync(status => status.GetProperty("links")[0].GetProperty("state").GetString() != "up", "link down");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(pair, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(pair, "/healthz"));
        ScrapedPage page = await pair.ScrapeAsync(pair.AddressA);
        Assert.Equal(0, page.Sum("rpmsg_bridge_ready"));
        Assert.Equal(0, page.Sum("rpmsg_bridge_link_state", "state=\"up\""));
        Assert.Equal(1, page.Sum("rpmsg_bridge_link_connections_ended_total", "reason=\"Shutdown\""));
    }

    [Fact]
    [Trait("Category", "Security")]
    public async Task Tcp_ForAnythingElse_RefusesAndServesOnlyItsAddress()
    {
        await using MeasuredPair pair = await MeasuredPair.JoinAsync();

        foreach ((string method, string path, HttpStatusCode expected) in new[]
        {
            ("GET", "/status", HttpStatusCode.NotFound), ("GET", "/rings", HttpStatusCode.NotFound), ("POST", "/reload", HttpStatusCode.NotFound),
            ("POST", "/metrics", HttpStatusCode.MethodNotAllowed), ("DELETE", "/readyz", HttpStatusCode.MethodNotAllowed), ("GET", "/metrics/../status", HttpStatusCode.NotFound),
        })
        {
            using HttpResponseMessage response = await pair.SendAsync(new HttpMethod(method), pair.AddressA, path);
            Assert.Equal(expected, response.StatusCode);
        }

        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SocketException refused = await Assert.ThrowsAsync<SocketException>(() => stranger.ConnectAsync(new IPEndPoint(IPAddress.Loopback, pair.AddressA.Port)).Bounded());
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task Tcp_PortThatIsTaken_SaysWhichKeyAndWhatToDo()
    {
        await using MeasuredPair pair = await MeasuredPair.JoinAsync();
        JsonNode configuration = JsonNode.Parse(await File.ReadAllTextAsync(pair.A.ConfigurationFile))!;
        using TemporaryDirectory directory = new();
        (configuration["runDirectory"], configuration["adminSocket"]) = (directory.File("run"), directory.File("admin.sock"));

        (int exitCode, _, string errors) = await BridgeProgram.RunAsync("run", "--config", directory.Write("config.json", configuration.ToJsonString()));

        Assert.Equal(1, exitCode);
        Assert.Contains($"rpmsg-bridge: metrics:listen: {pair.AddressA} cannot be used: ", errors, StringComparison.Ordinal);
    }

    [ProgramFact("prometheus")]
    public async Task Prometheus_ScrapingBoth_AnswersEveryQueryOfTheDashboardAndSeesTheLinkGo()
    {
        using TemporaryDirectory directory = new();
        await using MeasuredPair pair = await MeasuredPair.JoinAsync();
        await using PrometheusServer prometheus = await PrometheusServer.StartAsync(directory, pair.AddressA, pair.AddressB);
        await Bounds.UntilAsync(async () => await prometheus.ValueAsync("up{job=\"rpmsg-bridge\"}") == 2, "two targets up", prometheus.Describe);
        // Rates need figures from before the messages and from behind them.
        await pair.TalkAsync(Messages);
        await Bounds.UntilAsync(
            async () => await prometheus.ValueAsync("rpmsg_bridge_messages_total{direction=\"sent\"}") == 2 * Messages, "every message counted", pair.Describe);

        ScrapedPage page = await pair.ScrapeAsync(pair.AddressB);
        Assert.InRange(Dashboard.Queries.Count, 30, 100);
        foreach (string query in Dashboard.Queries)
        {
            IReadOnlyList<string> names = Dashboard.NamesIn(query);
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.Contains(name, page.Names));
            await Bounds.UntilAsync(async () => (await prometheus.QueryAsync(query)).Count > 0, $"an answer to {query}", prometheus.Describe);
        }

        Assert.Empty(await prometheus.QueryAsync("ALERTS{alertname=~\"RpmsgBridge(QueueBroken|MessagesDropped|Faults|PeersRefused|SlowReader)\"}"));
        await pair.B.SignalAsync("KILL");
        await AlertedAsync(prometheus, "RpmsgBridgeDown", pair.AddressB);
        await AlertedAsync(prometheus, "RpmsgBridgeLinkDown", pair.AddressA);
    }

    [ProgramFact("promtool")]
    public async Task Rules_ThatAreShipped_PassTheirTests()
    {
        string directory = Path.Combine(Repository.Root, "metrics");

        await Machine.Here.RunAsync("promtool", "check", "rules", Path.Combine(directory, "alerts.yml"));
        string output = await Machine.Here.RunAsync("promtool", "test", "rules", Path.Combine(directory, "alerts.test.yml"));

        Assert.Contains("SUCCESS", output, StringComparison.Ordinal);
        // None without a test.
        string[] alerts = [.. File.ReadLines(Path.Combine(directory, "alerts.yml")).Where(line => line.Contains("- alert: ", StringComparison.Ordinal)).Select(line => line.Split(": ")[1])];
        string tests = await File.ReadAllTextAsync(Path.Combine(directory, "alerts.test.yml"));
        Assert.All(alerts, alert => Assert.Contains($"alertname: {alert}\n", tests, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http", false)]
    [InlineData("grpc", true)]
    public async Task Otlp_ToACollectorThatComesLater_SendsTheSameInstruments(string protocol, bool grpc)
    {
        IPEndPoint address = Loopback.Next();
        await using MeasuredPair pair = await MeasuredPair.JoinAsync(new JsonObject { ["endpoint"] = $"http://{address}", ["protocol"] = protocol, ["intervalSeconds"] = 1 });
        await pair.TalkAsync(Messages);
        await pair.A.UntilLoggedAsync("does not take figures");

        await using OtlpCollector collector = await OtlpCollector.StartAsync(address, grpc);

        string[] wanted = ["rpmsg_bridge.link.state", "rpmsg_bridge.queue.chains", "rpmsg_bridge.socket_to_ring.duration", "dotnet.gc.collections"];
        await Bounds.UntilAsync(() => wanted.All(collector.Metrics.Contains), "the figures", () => $"There are: {string.Join(", ", collector.Metrics)}\n{pair.Describe()}");
        await pair.A.UntilLoggedAsync("Figures reach the collector");
    }

    /// <summary>Pending is enough: the rules have their own patience, which has its own tests.</summary>
    private static Task AlertedAsync(PrometheusServer prometheus, string alert, IPEndPoint instance) => Bounds.UntilAsync(
        async () => (await prometheus.QueryAsync($"ALERTS{{alertname=\"{alert}\",instance=\"{instance}\"}}")).Count == 1, $"{alert} for {instance}", prometheus.Describe);

    private static async Task<(string Output, int ExitCode)> CheckAsync(ScrapedPage page)
    {
        await using RunningProcess promtool = RunningProcess.Start(Machine.Here.Command(Programs.Path("promtool"), "check", "metrics"));
        foreach (string line in page.Text.TrimEnd('\n').Split('\n'))
            await promtool.TypeAsync(line);
        promtool.EndInput();
        (int exitCode, string output, string errors) = await promtool.ExitAsync();
        return (output + errors, exitCode);
    }

    private static async Task<HttpStatusCode> StatusAsync(MeasuredPair pair, string path)
    {
        using HttpResponseMessage response = await pair.SendAsync(HttpMethod.Get, pair.AddressA, path);
        return response.StatusCode;
    }
}
