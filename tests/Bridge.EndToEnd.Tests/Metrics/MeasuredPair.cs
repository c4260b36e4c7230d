using System.Net;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Metrics;

/// <summary>Two gateways that show their figures over TCP.</summary>
internal sealed class MeasuredPair : IAsyncDisposable
{
    private readonly GatewayPair _pair;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Bounds.Limit };

    private MeasuredPair(GatewayPair pair, IPEndPoint a, IPEndPoint b) => (_pair, AddressA, AddressB) = (pair, a, b);

    public IPEndPoint AddressA { get; }

    public IPEndPoint AddressB { get; }

    public TestGateway A => _pair.A;

    public TestGateway B => _pair.B;

    /// <summary>Joins two gateways; A also sends its figures where <paramref name="otlp"/> says.</summary>
    public static async Task<MeasuredPair> JoinAsync(JsonObject? otlp = null)
    {
        IPEndPoint a = Loopback.Next(), b = Loopback.Next();
        GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with
        {
            Devise = (devicesOfA, devicesOfB) =>
            {
                devicesOfA.Parent!["metrics"] = new JsonObject { ["listen"] = new JsonArray(a.ToString()) };
                if (otlp is not null)
                    devicesOfA.Parent!["metrics"]!["otlp"] = otlp;
                devicesOfB.Parent!["metrics"] = new JsonObject { ["listen"] = new JsonArray(b.ToString()) };
            },
        });
        return new MeasuredPair(pair, a, b);
    }

    /// <summary>Sends messages there and back, one after the other.</summary>
    public async Task TalkAsync(int messages)
    {
        (Application offering, Application opening) = await _pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            for (int i = 0; i < messages; i++)
            {
                await opening.SendAsync(new byte[100]);
                await offering.SendAsync(await offering.ReceiveAsync());
                await opening.ReceiveAsync();
            }
        }
    }

    /// <summary>One page of a gateway.</summary>
    public async Task<ScrapedPage> ScrapeAsync(IPEndPoint address)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, address, "/metrics");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        return new ScrapedPage(await response.Content.ReadAsStringAsync().Bounded());
    }

    /// <summary>A request by TCP.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, IPEndPoint address, string path) =>
        _http.SendAsync(new HttpRequestMessage(method, new Uri($"http://{address}{path}"))).Bounded();

    public string Describe() => _pair.Describe();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _pair.DisposeAsync();
    }
}
