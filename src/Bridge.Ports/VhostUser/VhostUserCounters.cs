namespace Bridge.Ports.VhostUser;

/// <summary>What one vhost-user port counted. Written inside the device's turn; read from anywhere (64-bit loads, each figure for itself).</summary>
public sealed class VhostUserCounters
{
    /// <summary>Front ends that connected.</summary>
    public long Connections { get; internal set; }

    /// <summary>Front ends that were turned away because another one has the device.</summary>
    public long Refused { get; internal set; }

    /// <summary>Connections closed because the front end broke the protocol, sent memory that cannot be used, or said nothing.</summary>
    public long Faults { get; internal set; }

    /// <summary>Messages of the front end.</summary>
    public long Requests { get; internal set; }

    /// <summary>Messages that mean nothing here: refused where a reply was asked for, else ignored.</summary>
    public long UnknownRequests { get; internal set; }

    /// <summary>Used doorbells rung.</summary>
    public long Calls { get; internal set; }

    /// <summary>Used doorbells that nobody listens to any more.</summary>
    public long LostCalls { get; internal set; }
}
