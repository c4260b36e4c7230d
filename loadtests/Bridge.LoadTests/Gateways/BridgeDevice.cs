using System.Text.Json.Nodes;

namespace Bridge.LoadTests.Gateways;

/// <summary>A device of the load tests, the same at both gateways.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Buffers">Ring size. The quota is the same, so that one channel may fill the ring.</param>
/// <param name="BufferSize">Bytes of a buffer.</param>
/// <param name="Packets">Services for packet sockets.</param>
/// <param name="Streams">Services for stream sockets.</param>
/// <param name="Permanent">Services that are announced although nobody offers them.</param>
internal sealed record BridgeDevice(string Name, int Buffers, int BufferSize, IReadOnlyList<string> Packets, IReadOnlyList<string> Streams, IReadOnlyList<string> Permanent)
{
    /// <summary>Its section in a gateway's configuration.</summary>
    public JsonObject Configuration(string side)
    {
        JsonObject device = new()
        {
            ["side"] = side,
            ["rpmsg"] = new JsonObject { ["buffers"] = Buffers, ["bufferSize"] = BufferSize, ["quota"] = Buffers },
        };
        if (side == "vhost")
        {
            device["services"] = new JsonObject(
            [
                .. Packets.Concat(Streams).Select(service => KeyValuePair.Create(service, (JsonNode?)new JsonObject())),
                .. Permanent.Select(service => KeyValuePair.Create(service, (JsonNode?)new JsonObject { ["permanent"] = true })),
            ]);
        }

        return device;
    }
}
