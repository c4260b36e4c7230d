using System.Net;
using System.Text.Json;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Metrics;

/// <summary>A real Prometheus that scrapes gateways and evaluates the shipped rules.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly RunningProcess _process;
    private readonly HttpClient _http;

    private PrometheusServer(RunningProcess process, IPEndPoint address) =>
        (_process, _http) = (process, new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{address}"), Timeout = Bounds.Limit });

    /// <summary>Starts it in a directory of its own and waits until it serves.</summary>
    public static async Task<PrometheusServer> StartAsync(TemporaryDirectory directory, params IPEndPoint[] targets)
    {
        string configuration = directory.Write(
            "prometheus.yml",
            $$"""
            global: { scrape_interval: 2s, evaluation_interval: 2s }
            rule_files: ["{{Path.Combine(Repository.Root, "metrics", "alerts.yml")}}"]
            scrape_configs:
              - job_name: rpmsg-bridge
                static_configs: [{ targets: [{{string.Join(", ", targets.Select(target => $"\"{target}\""))}}] }]
            """);
        IPEndPoint address = Loopback.Next();
        RunningProcess process = RunningProcess.Start(Machine.Here.Command(
            Programs.Path("prometheus"),
            $"--config.file={configuration}", $"--storage.tsdb.path={directory.File("tsdb")}", $"--web.listen-address={address}"));
        PrometheusServer server = new(process, address);
        try
        {
            await process.WaitForAsync("Server is ready to receive web requests");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks something; the series of the answer.</summary>
    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string query)
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri($"/api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative)).Bounded();
        string body = await response.Content.ReadAsStringAsync().Bounded();
        Assert.True(response.IsSuccessStatusCode, $"{query}: {body}");
        using JsonDocument answer = JsonDocument.Parse(body);
        return [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(series => series.Clone())];
    }

    /// <summary>The sum of what a query answers; null: nothing.</summary>
    public async Task<double?> ValueAsync(string query) => await QueryAsync($"sum({query})") is [var sum]
        ? double.Parse(sum.GetProperty("value")[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture)
        : null;

    /// <summary>Its log, for a failure.</summary>
    public string Describe() => _process.Describe();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
