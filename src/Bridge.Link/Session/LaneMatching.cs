namespace Bridge.Link;

/// <summary>Which devices become lanes, and under which number: a pure function of the two hellos, so that both sides come to the same answer.</summary>
internal static class LaneMatching
{
    /// <summary>Lane n is the n-th device (from 1) of the initiator's hello that the acceptor's has too, with the same virtio id and the opposite role.</summary>
    /// <param name="initiator">The devices of the side that dialled.</param>
    /// <param name="acceptor">The devices of the other side.</param>
    /// <param name="refusals">Gets one sentence for each device that is no lane.</param>
    /// <returns>The names of the lanes' devices, in lane order.</returns>
    public static List<string> Match(IReadOnlyList<HelloDevice> initiator, IReadOnlyList<HelloDevice> acceptor, List<string> refusals)
    {
        List<string> lanes = [];
        Dictionary<string, HelloDevice> others = acceptor.ToDictionary(device => device.Name, StringComparer.Ordinal);
        foreach (HelloDevice device in initiator)
        {
            if (!others.Remove(device.Name, out HelloDevice other))
                refusals.Add($"Device {device.Name} is configured only at the gateway that dialled.");
            else if (other.VirtioId != device.VirtioId)
                refusals.Add($"Device {device.Name} has virtio id {device.VirtioId} at the gateway that dialled and {other.VirtioId} at the other.");
            else if (other.Role == device.Role)
                refusals.Add($"Device {device.Name} has the {(device.Role == LaneRole.Driver ? "driver" : "device")} side at both gateways; one must have the other side.");
            else
                lanes.Add(device.Name);
        }

        foreach (HelloDevice other in acceptor)
        {
            if (others.ContainsKey(other.Name))
                refusals.Add($"Device {other.Name} is configured only at the gateway that was dialled.");
        }

        return lanes;
    }
}
