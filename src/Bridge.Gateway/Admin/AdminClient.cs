using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Diagnosis;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Admin;

/// <summary>Asks a running gateway through its admin socket.</summary>
internal sealed class AdminClient : IDisposable
{
    // A gateway answers from memory; one that takes longer is stuck, and the user should hear that rather than wait.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly HttpClient _http;

    /// <summary>A client of the gateway whose admin socket is <paramref name="path"/>; connects at the first question.</summary>
    public AdminClient(string path)
    {
        _path = path;
        SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellation) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };

        // The host is never looked up: the callback above connects.
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://gateway"), Timeout = Patience };
    }

    /// <summary><c>GET /status</c>.</summary>
    /// <exception cref="CommandFailedException">No gateway answers there.</exception>
    public Task<GatewayReport> GetStatusAsync(CancellationToken cancellation) => GetAsync(AdminApi.Status, ReportJson.Default.GatewayReport, cancellation);

    /// <summary><c>GET /channels</c>.</summary>
    /// <exception cref="CommandFailedException">No gateway answers there.</exception>
    public Task<ChannelsReport> GetChannelsAsync(CancellationToken cancellation) => GetAsync(AdminApi.Channels, ReportJson.Default.ChannelsReport, cancellation);

    /// <summary><c>GET /rings</c>.</summary>
    /// <exception cref="CommandFailedException">No gateway answers there.</exception>
    public Task<RingsReport> GetRingsAsync(CancellationToken cancellation) => GetAsync(AdminApi.Rings, ReportJson.Default.RingsReport, cancellation);

    /// <summary><c>GET /configuration</c>.</summary>
    /// <exception cref="CommandFailedException">No gateway answers there.</exception>
    public Task<ConfigurationReport> GetConfigurationAsync(CancellationToken cancellation) => GetAsync(DiagnosisApi.Configuration, ReportJson.Default.ConfigurationReport, cancellation);

    /// <summary>Any page as it is.</summary>
    /// <exception cref="CommandFailedException">No gateway answers there.</exception>
    public Task<string> GetTextAsync(string address, CancellationToken cancellation) => AskAsync<string>(async () => await _http.GetStringAsync(address, cancellation), cancellation);

    /// <summary><c>POST /reload</c>.</summary>
    /// <exception cref="CommandFailedException">No gateway answers there.</exception>
    public Task<ReloadReport> ReloadAsync(CancellationToken cancellation) => AskAsync(() => PostReloadAsync(cancellation), cancellation);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task<T> GetAsync<T>(string address, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        AskAsync(() => _http.GetFromJsonAsync(address, type, cancellation), cancellation);

    private async Task<ReloadReport?> PostReloadAsync(CancellationToken cancellation)
    {
        using HttpResponseMessage response = await _http.PostAsync(ReloadApi.Reload, content: null, cancellation);
        // A refusal is an answer too.
        return await response.Content.ReadFromJsonAsync(ReportJson.Default.ReloadReport, cancellation);
    }

    private async Task<T> AskAsync<T>(Func<Task<T?>> question, CancellationToken cancellation)
    {
        try
        {
            return await question() ?? throw new JsonException("The answer is null.");
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new CommandFailedException(ExitCode.Failure, $"not permitted: {PathAccess.ExplainDenial(PathAccess.Of(_path).Closed ?? _path)}", failure);
        }
        catch (HttpRequestException failure)
        {
            throw new CommandFailedException(
                ExitCode.Unavailable,
                $"no gateway answers on {_path}: {(failure.InnerException ?? failure).Message}. Start one with `rpmsg-bridge run --config FILE`, or name its socket with --admin-socket or --config.",
                failure);
        }
        catch (OperationCanceledException slow) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandFailedException(ExitCode.Unavailable, $"the gateway on {_path} did not answer within {Patience.TotalSeconds} s; look at its log.", slow);
        }
        catch (JsonException failure)
        {
            throw new CommandFailedException(ExitCode.Failure, $"what answers on {_path} is no gateway of this version: {failure.Message}", failure);
        }
    }
}
