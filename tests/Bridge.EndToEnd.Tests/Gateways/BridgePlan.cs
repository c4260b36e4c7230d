using System.Net;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Gateways;

/// <summary>Two gateways and how they are joined. A has the virtio side of every device, B the vhost side and the services.</summary>
internal sealed record BridgePlan
{
    /// <summary>auto, quic or tcp.</summary>
    public string Transport { get; init; } = "tcp";

    /// <summary>B listens before A begins to dial: else they start at once, and which transport A finds first depends on how busy the machine is.</summary>
    public bool ListenerFirst { get; init; }

    public int KeepAliveSeconds { get; init; } = 15;

    public IReadOnlyList<string> Devices { get; init; } = ["rpmsg0"];

    /// <summary>Devices whose sides are the other way round: A has the vhost side and the services.</summary>
    public IReadOnlyList<string> Crossed { get; init; } = [];

    public IReadOnlyList<string> Services { get; init; } = ["echo"];

    /// <summary>host:port; null does not listen.</summary>
    public string? ListenA { get; init; }

    public string? ListenB { get; init; }

    /// <summary>Where A dials; none does not dial.</summary>
    public IReadOnlyList<string> ConnectA { get; init; } = [];

    public IReadOnlyList<string> ConnectB { get; init; } = [];

    public Machine MachineA { get; init; } = Machine.Here;

    public Machine MachineB { get; init; } = Machine.Here;

    /// <summary>PEM with B's key and certificate; null makes new ones.</summary>
    public string? CertificateB { get; init; }

    /// <summary>Group whose members may connect to the applications' sockets; null: that of these tests.</summary>
    public int? Group { get; init; }

    /// <summary>Changes the devices' configurations, of A and of B, once everything else stands in them.</summary>
    public Action<JsonNode, JsonNode>? Devise { get; init; }

    /// <summary>Changes the whole configurations, of A and of B, at the very last.</summary>
    public Action<JsonObject, JsonObject>? Prepare { get; init; }

    /// <summary>A dials B over loopback.</summary>
    public static BridgePlan OnLoopback(string transport)
    {
        IPEndPoint address = Loopback.Next();
        return new BridgePlan { Transport = transport, ListenB = address.ToString(), ConnectA = [address.ToString()] };
    }
}
