namespace Bridge.Rpmsg.Tests;

internal delegate bool MessageCallback(RpmsgEndpoint endpoint, uint source, ReadOnlySpan<byte> payload);

/// <summary>Lists what the bus says, in order, and lets a test answer.</summary>
internal sealed class RecordingHandler : IRpmsgHandler
{
    public List<string> Events { get; } = [];

    public List<byte[]> Payloads { get; } = [];

    public List<FlowMessage> Flows { get; } = [];

    /// <summary>Null: every message is taken.</summary>
    public MessageCallback? Message { get; set; }

    /// <summary>Null: every destination is wanted.</summary>
    public Func<RpmsgEndpoint, uint, bool>? Assigned { get; set; }

    public Action<string, uint>? Announced { get; set; }

    public Action<string, uint>? Withdrawn { get; set; }

    public void OnAnnounced(string name, uint address)
    {
        Events.Add($"+{name}@{address}");
        Announced?.Invoke(name, address);
    }

    public void OnWithdrawn(string name, uint address)
    {
        Events.Add($"-{name}@{address}");
        Withdrawn?.Invoke(name, address);
    }

    public bool OnMessage(RpmsgEndpoint endpoint, uint source, ReadOnlySpan<byte> payload)
    {
        bool taken = Message?.Invoke(endpoint, source, payload) ?? true;
        Events.Add($"{(taken ? "message" : "held")} {source}>{endpoint.Address} {payload.Length}");
        if (taken)
        {
            Payloads.Add(payload.ToArray());
        }

        return taken;
    }

    public void OnFlow(in FlowMessage message) => Flows.Add(message);

    public bool OnAssigned(RpmsgEndpoint endpoint, uint destination)
    {
        bool wanted = Assigned?.Invoke(endpoint, destination) ?? true;
        Events.Add($"{(wanted ? "assigned" : "busy")} {endpoint.Address}>{destination}");
        return wanted;
    }

    public void OnFreed(RpmsgEndpoint endpoint, uint destination) => Events.Add($"freed {endpoint.Address}>{destination}");
}
