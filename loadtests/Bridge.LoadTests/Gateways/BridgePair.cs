using System.Text.Json.Nodes;
using Bridge.LoadTests.Messages;
using Bridge.LoadTests.Processes;

namespace Bridge.LoadTests.Gateways;

/// <summary>Two gateways over loopback, or through a long line, and the application that responds behind the far one.</summary>
internal sealed class BridgePair : IAsyncDisposable
{
    private readonly BridgeGateway _near, _far;
    private readonly IReadOnlyList<BridgeDevice> _devices;
    private ChildProcess? _line, _application;

    /// <summary>Starts both gateways.</summary>
    /// <param name="place">Directory, keys and ports.</param>
    /// <param name="name">Short and unique: names the directories.</param>
    /// <param name="transport">quic or tcp.</param>
    /// <param name="devices">The same at both sides.</param>
    /// <param name="delayMilliseconds">One way; 0: no line between them.</param>
    public BridgePair(RunPlace place, string name, string transport, IReadOnlyList<BridgeDevice> devices, int delayMilliseconds = 0)
    {
        _devices = devices;
        int listen = RunPlace.FreePort(), dial = listen;
        if (delayMilliseconds > 0)
        {
            dial = RunPlace.FreePort();
            _line = ChildProcess.StartRole(Floors.DelayRelay.Role, $"{dial}", $"{listen}", $"{delayMilliseconds}");
        }

        _far = BridgeGateway.Start(
            place.File(name + "-far"), place.FarKey, $"127.0.0.1:{listen}",
            new JsonObject { ["fingerprint"] = place.NearFingerprint, ["transport"] = transport },
            new JsonObject(devices.Select(device => KeyValuePair.Create(device.Name, (JsonNode?)device.Configuration("vhost")))));
        _near = BridgeGateway.Start(
            place.File(name + "-near"), place.NearKey, null,
            new JsonObject { ["fingerprint"] = place.FarFingerprint, ["transport"] = transport, ["connect"] = new JsonArray($"127.0.0.1:{dial}") },
            new JsonObject(devices.Select(device => KeyValuePair.Create(device.Name, (JsonNode?)device.Configuration("virtio")))));
    }

    /// <summary>The side that sends.</summary>
    public BridgeGateway Near => _near;

    /// <summary>Both gateways.</summary>
    public IReadOnlyList<BridgeGateway> Gateways => [_near, _far];

    /// <summary>Processor time of both gateways.</summary>
    public TimeSpan ProcessorTime => _near.Process.ProcessorTime + _far.Process.ProcessorTime;

    /// <summary>Waits until the devices work, and starts the application that responds on every service.</summary>
    public async Task UntilReadyAsync(CancellationToken cancellation)
    {
        if (_line is not null)
            await _line.ReadyAsync(cancellation);
        await Task.WhenAll(_near.UntilReadyAsync(cancellation), _far.UntilReadyAsync(cancellation));
        string[] services =
        [
            .. _devices.SelectMany(device => device.Packets.SelectMany(service => new[] { nameof(PathKind.SeqPacket), Path.Combine(_far.RunDirectory, device.Name, "services", service) })),
            .. _devices.SelectMany(device => device.Streams.SelectMany(service => new[] { nameof(PathKind.Opened), $"{Path.Combine(_far.RunDirectory, device.Name, "stream")}:services/{service}" })),
        ];
        if (services.Length == 0)
            return;
        _application = ChildProcess.StartRole(RespondingApplication.Role, services);
        await _application.ReadyAsync(cancellation);
    }

    /// <summary>Opens a channel as a packet socket.</summary>
    public Task<MessagePath> ConnectPacketsAsync(string device, string service, CancellationToken cancellation) =>
        PathConnector.ConnectAsync(PathKind.SeqPacket, Path.Combine(_near.RunDirectory, device, "channels", service), MessagePath.Bounded, cancellation);

    /// <summary>Opens a channel as a stream.</summary>
    public Task<MessagePath> ConnectStreamAsync(string device, string service, CancellationToken cancellation) =>
        PathConnector.ConnectAsync(PathKind.Opened, $"{Path.Combine(_near.RunDirectory, device, "stream")}:channels/{service}", MessagePath.Bounded, cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess? part in new[] { _application, _line })
        {
            if (part is not null)
                await part.DisposeAsync();
        }

        (_application, _line) = (null, null);
        await _near.DisposeAsync();
        await _far.DisposeAsync();
    }
}
