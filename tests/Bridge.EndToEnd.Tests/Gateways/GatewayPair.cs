using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Applications;

namespace Bridge.EndToEnd.Tests.Gateways;

/// <summary>Two gateway processes that pin each other's keys, as a plan says.</summary>
internal sealed class GatewayPair : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private GatewayPair(BridgePlan plan)
    {
        if (plan.Group is not null)
        {
            // Other users must be able to reach the run directories below it.
            File.SetUnixFileMode(_directory.Path, File.GetUnixFileMode(_directory.Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        A = new TestGateway("a", _directory.Path, plan.MachineA);
        B = new TestGateway("b", _directory.Path, plan.MachineB, plan.CertificateB);
        Configure(A, B, plan, plan.ListenA, plan.ConnectA, plan.Devices, plan.Crossed);
        Configure(B, A, plan, plan.ListenB, plan.ConnectB, plan.Crossed, plan.Devices);
        plan.Devise?.Invoke(A.Configuration["devices"]!, B.Configuration["devices"]!);
        plan.Prepare?.Invoke(A.Configuration, B.Configuration);
    }

    public TestGateway A { get; }

    public TestGateway B { get; }

    /// <summary>Starts both and waits until every device works.</summary>
    public static async Task<GatewayPair> JoinAsync(BridgePlan plan)
    {
        GatewayPair pair = await StartAsync(plan);
        try
        {
            await Task.WhenAll(pair.A.UntilReadyAsync(), pair.B.UntilReadyAsync());
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts both.</summary>
    public static async Task<GatewayPair> StartAsync(BridgePlan plan)
    {
        GatewayPair pair = new(plan);
        try
        {
            if (plan.ListenerFirst)
                await pair.B.StartAsync();
            await Task.WhenAll(pair.A.StartAsync(), plan.ListenerFirst ? Task.CompletedTask : pair.B.StartAsync());
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>An application that offers a service of B (crossed: of A) and one that has opened its channel on the other side.</summary>
    public async Task<(Application Offering, Application Opening)> TalkAsync(string service, string device = "rpmsg0", bool crossed = false)
    {
        (TestGateway offering, TestGateway opening) = crossed ? (A, B) : (B, A);
        Application first = await Application.ConnectAsync(offering.Service(device, service));
        try
        {
            return (first, await Application.ConnectAsync(opening.Channel(device, service)));
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <summary>How often both gateways have found that the other one is silent.</summary>
    public async Task<long> SilencesAsync()
    {
        long[] each = await Task.WhenAll(new[] { A, B }.Select(async gateway =>
            (await gateway.LinkAsync()).GetProperty("ended").TryGetProperty("KeepAliveTimeout", out JsonElement count) ? count.GetInt64() : 0));
        return each.Min();
    }

    /// <summary>Both logs, for a failure.</summary>
    public string Describe() => $"A's log:\n{string.Join('\n', A.LogLines.TakeLast(20))}\nB's log:\n{string.Join('\n', B.LogLines.TakeLast(20))}";

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
        _directory.Dispose();
    }

    private static void Configure(
        TestGateway gateway, TestGateway peer, BridgePlan plan, string? listen, IReadOnlyList<string> connect, IReadOnlyList<string> driven, IReadOnlyList<string> offered)
    {
        JsonObject configuration = gateway.Configuration;
        if (plan.Group is { } group)
            (configuration["group"], configuration["mode"]) = (group.ToString(CultureInfo.InvariantCulture), "0660");
        if (listen is not null)
            configuration["listen"]!.AsArray().Add((JsonNode)listen);
        configuration["links"]![peer.Name] = new JsonObject
        {
            ["fingerprint"] = peer.Fingerprint,
            ["connect"] = new JsonArray([.. connect.Select(address => (JsonNode)address)]),
            ["transport"] = plan.Transport,
            ["keepAliveSeconds"] = plan.KeepAliveSeconds,
        };
        foreach (string device in driven)
            configuration["devices"]![device] = new JsonObject { ["side"] = "virtio" };
        foreach (string device in offered)
        {
            configuration["devices"]![device] = new JsonObject
            {
                ["side"] = "vhost",
                ["services"] = new JsonObject(plan.Services.Select(service => KeyValuePair.Create(service, (JsonNode?)new JsonObject()))),
            };
        }
    }
}
