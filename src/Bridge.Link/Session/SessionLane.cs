namespace Bridge.Link;

/// <summary>A device that both gateways have, on one connection. Used by the one reader that gets the lane's frames.</summary>
public sealed class SessionLane
{
    private bool _opened;

    internal SessionLane(ushort number, uint connection, LaneRegistration registration)
    {
        Number = number;
        Connection = connection;
        Registration = registration;
    }

    /// <summary>The lane's number on this connection, from 1.</summary>
    public ushort Number { get; }

    /// <summary>The connection's number.</summary>
    public uint Connection { get; }

    /// <summary>This gateway's side of the device.</summary>
    public LaneRegistration Registration { get; }

    /// <summary>Makes the lane's output; its LaneOpen is sealed in it already and leaves with the first flush.</summary>
    /// <param name="capacity">Bytes of each of the output's two buffers.</param>
    /// <returns>A new output; one per lane and connection.</returns>
    public LaneOutput CreateOutput(int capacity = 4 * FrameHeader.MaximumFrame)
    {
        LaneOutput output = new(Number, Connection, capacity);
        output.End(LaneOpen.Write(output.Begin(FrameType.LaneOpen, epoch: 0), Registration.Device));
        return output;
    }

    /// <summary>Judges a frame of this lane: the first is LaneOpen and says the right name, all others belong to the device.</summary>
    /// <param name="header">The frame's header.</param>
    /// <param name="payload">The frame's payload.</param>
    /// <returns>True when the device's handler gets it.</returns>
    /// <exception cref="LinkProtocolException">UnexpectedFrame, BadFrame or ProtocolViolation.</exception>
    public bool Accept(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (_opened && header.Type >= FrameType.DeviceInfo)
            return true;
        if (_opened || header.Type != FrameType.LaneOpen)
            throw new LinkProtocolException(CloseReason.UnexpectedFrame, $"Frame type {(byte)header.Type} on lane {Number} ({Registration.Device}) where {(_opened ? "a device frame" : "LaneOpen")} belongs.");
        if (!LaneOpen.TryRead(payload, out string device))
            throw new LinkProtocolException(CloseReason.BadFrame, $"The LaneOpen of lane {Number} is malformed.");
        if (device != Registration.Device)
            throw new LinkProtocolException(CloseReason.ProtocolViolation, $"Lane {Number} is {Registration.Device}; the peer opened it as {device}.");
        _opened = true;
        return false;
    }
}
