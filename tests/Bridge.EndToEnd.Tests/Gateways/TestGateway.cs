using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Processes;
using Bridge.Gateway.Configuration;
using Bridge.Link.Trust;

namespace Bridge.EndToEnd.Tests.Gateways;

/// <summary>A gateway process with its own key, directory and configuration. Asked through its admin socket, like any gateway.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly string _directory;
    private readonly Machine _machine;
    private readonly HttpClient _http;
    private RunningProcess? _process;

    /// <summary>Prepares a gateway with this PEM of key and certificate, or with new ones.</summary>
    public TestGateway(string name, string parent, Machine machine, string? certificate = null)
    {
        Name = name;
        _machine = machine;
        _directory = Directory.CreateDirectory(Path.Combine(parent, name)).FullName;
        string pem = Path.Combine(_directory, "identity.pem");
        if (certificate is not null)
            File.WriteAllText(pem, certificate);
        using GatewayIdentity identity = certificate is null ? GatewayIdentity.Create(pem, name, TimeProvider.System) : GatewayIdentity.Load(pem);
        Fingerprint = identity.Fingerprint;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://gateway"), Timeout = Bounds.Limit };
        Configuration = new JsonObject
        {
            ["name"] = name,
            ["identity"] = pem,
            ["runDirectory"] = RunDirectory,
            ["adminSocket"] = AdminSocket,
            ["listen"] = new JsonArray(),
            ["links"] = new JsonObject(),
            ["devices"] = new JsonObject(),
        };
    }

    public string Name { get; }

    public string Fingerprint { get; }

    /// <summary>What is written when it starts.</summary>
    public JsonObject Configuration { get; }

    public string RunDirectory => Path.Combine(_directory, "run");

    public int ProcessId => _process!.Id;

    public bool HasExited => _process!.HasExited;

    /// <summary>What it has logged.</summary>
    public string Log => _process!.Errors.Text;

    public IReadOnlyList<string> LogLines => _process!.Errors.ToList();

    /// <summary>Where commands and the lab's applications find it.</summary>
    public GatewayPlaces Places => new(RunDirectory, AdminSocket);

    public string ConfigurationFile => Path.Combine(_directory, "config.json");

    private string AdminSocket => Path.Combine(_directory, "admin.sock");

    public string Channel(string device, string name) => Path.Combine(RunDirectory, device, "channels", name);

    public string Service(string device, string name) => Path.Combine(RunDirectory, device, "services", name);

    /// <summary>A device's socket by its path below the device's directory.</summary>
    public string Socket(string device, string path) => Path.Combine(RunDirectory, device, path);

    /// <summary>Starts the process and waits until it serves.</summary>
    public async Task StartAsync()
    {
        string file = ConfigurationFile;
        await File.WriteAllTextAsync(file, Configuration.ToJsonString());
        _process = BridgeProgram.Start(_machine, "run", "--config", file);
        await _process.WaitForAsync($"Gateway {Name} runs");
    }

    /// <summary><c>GET /status</c>.</summary>
    public Task<JsonElement> StatusAsync() => _http.GetFromJsonAsync<JsonElement>("/status").Bounded();

    /// <summary><c>GET /channels</c>.</summary>
    public async Task<JsonElement> ChannelsAsync() => (await _http.GetFromJsonAsync<JsonElement>("/channels").Bounded()).GetProperty("channels");

    /// <summary><c>GET /rings</c>.</summary>
    public async Task<JsonElement> RingsAsync() => (await _http.GetFromJsonAsync<JsonElement>("/rings").Bounded()).GetProperty("devices");

    /// <summary>Its only link in the status.</summary>
    public async Task<JsonElement> LinkAsync() => (await StatusAsync()).GetProperty("links")[0];

    /// <summary>A counter of a device.</summary>
    public async Task<long> CounterAsync(string device, string name) => (await StatusAsync()).GetProperty("devices").EnumerateArray()
        .Single(one => one.GetProperty("name").GetString() == device).GetProperty("counters").GetProperty(name).GetInt64();

    /// <summary>Waits until its status is as asked.</summary>
    public Task UntilAsync(Func<JsonElement, bool> condition, string what)
    {
        JsonElement last = default;
        return Bounds.UntilAsync(
            async () =>
            {
                if (HasExited)
                    Assert.Fail($"Gateway {Name} ended. {_process!.Describe()}");
                last = await StatusAsync();
                return condition(last);
            },
            $"{Name}: {what}",
            () => $"The status is {last}\n{_process!.Describe()}");
    }

    /// <summary>Waits until every device works end to end.</summary>
    public Task UntilReadyAsync() => UntilAsync(status => status.GetProperty("readiness").GetProperty("ready").GetBoolean(), "ready");

    public Task SignalAsync(string name) => _process!.SignalAsync(name);

    /// <summary>Kills the process (SIGKILL) and waits until it is gone; <see cref="StartAsync"/> starts another one in its place.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await ExitAsync();
        await _process!.DisposeAsync();
    }

    /// <summary>Waits for its end; the exit code.</summary>
    public async Task<int> ExitAsync() => (await _process!.ExitAsync()).ExitCode;

    /// <summary>Waits until its log has the text.</summary>
    public Task UntilLoggedAsync(string text) => _process!.WaitForAsync(text, _process.Errors);

    /// <summary>When the gateway wrote the first line with that text, by its own clock.</summary>
    public DateTimeOffset TimeOf(string text) => DateTimeOffset.Parse(
        LogLines.First(line => line.Contains(text, StringComparison.Ordinal)).Split(' ')[0], CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        System.Net.Sockets.Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
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
