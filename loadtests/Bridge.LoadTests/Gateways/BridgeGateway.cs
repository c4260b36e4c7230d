using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.LoadTests.Processes;

namespace Bridge.LoadTests.Gateways;

/// <summary>One gateway process with its own directory, asked through its admin socket.</summary>
internal sealed class BridgeGateway : IAsyncDisposable
{
    private readonly string _directory;
    private readonly HttpClient _http;

    private BridgeGateway(string directory, ChildProcess process)
    {
        (_directory, Process) = (directory, process);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://gateway"), Timeout = TimeSpan.FromSeconds(10) };
    }

    public ChildProcess Process { get; }

    /// <summary>Directory of the applications' sockets.</summary>
    public string RunDirectory => Path.Combine(_directory, "run");

    private string AdminSocket => Path.Combine(_directory, "admin.sock");

    private string Log => Path.Combine(_directory, "log");

    /// <summary>Writes the configuration and starts the process.</summary>
    /// <param name="directory">Its own.</param>
    /// <param name="key">PEM file of its key.</param>
    /// <param name="listen">host:port, or null: it dials.</param>
    /// <param name="link">Its only link.</param>
    /// <param name="devices">What it bridges.</param>
    public static BridgeGateway Start(string directory, string key, string? listen, JsonObject link, JsonObject devices)
    {
        Directory.CreateDirectory(directory);
        string file = Path.Combine(directory, "config.json");
        JsonObject configuration = new()
        {
            ["name"] = Path.GetFileName(directory),
            ["identity"] = key,
            ["runDirectory"] = Path.Combine(directory, "run"),
            ["adminSocket"] = Path.Combine(directory, "admin.sock"),
            ["listen"] = listen is null ? [] : new JsonArray(listen),
            ["links"] = new JsonObject { ["peer"] = link },
            ["devices"] = devices,
        };
        File.WriteAllText(file, configuration.ToJsonString());
        string program = Path.Combine(AppContext.BaseDirectory, "rpmsg-bridge.dll");
        return new BridgeGateway(directory, ChildProcess.StartAssembly(program, Path.Combine(directory, "log"), "run", "--config", file, "--until-input-ends"));
    }

    /// <summary>Waits until every device works end to end.</summary>
    public async Task UntilReadyAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (Process.HasExited || cancellation.IsCancellationRequested)
                throw new InvalidRunException($"gateway {_directory} did not become ready; its log:\n{await LogAsync()}");
            try
            {
                if ((await StatusAsync()).GetProperty("readiness").GetProperty("ready").GetBoolean())
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Bytes that its link has given to TLS or QUIC so far.</summary>
    public async Task<long> SentBytesAsync() => (await StatusAsync()).GetProperty("links")[0].GetProperty("sentBytes").GetInt64();

    /// <summary>Collections of generation 2 so far.</summary>
    public Task<long> FullCollectionsAsync() => MetricAsync("dotnet_gc_collections_total", "\"gen2\"");

    /// <summary>Bytes allocated so far.</summary>
    public Task<long> AllocatedBytesAsync() => MetricAsync("dotnet_gc_heap_total_allocated_bytes_total", "");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }

    private async Task<long> MetricAsync(string name, string label)
    {
        string page = await _http.GetStringAsync("/metrics");
        string line = page.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            ?? throw new InvalidRunException($"the gateway has no metric {name} {label}");
        return (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<JsonElement> StatusAsync()
    {
        using JsonDocument document = JsonDocument.Parse(await _http.GetStringAsync("/status"));
        return document.RootElement.Clone();
    }

    private async Task<string> LogAsync()
    {
        await using FileStream stream = new(Log, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(AdminSocket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
