namespace Bridge.Ports.VhostUser;

/// <summary>What one vhost-user device port counted. Written inside the device's turn; read from anywhere (64-bit loads, each figure for itself).</summary>
public sealed class VhostUserDeviceCounters
{
    /// <summary>Back ends that were connected to.</summary>
    public long Connections { get; internal set; }

    /// <summary>Back ends that closed their connection.</summary>
    public long Disconnections { get; internal set; }

    /// <summary>Connections closed by this side: the back end broke the protocol, is another device than before, or did not answer.</summary>
    public long Faults { get; internal set; }

    /// <summary>Available doorbells rung.</summary>
    public long Kicks { get; internal set; }

    /// <summary>Used doorbells that came.</summary>
    public long Calls { get; internal set; }

    /// <summary>Times that the device's configuration was found changed.</summary>
    public long ConfigurationChanges { get; internal set; }

    /// <summary>Writes of the driver to the configuration space that a back end did not take.</summary>
    public long RefusedWrites { get; internal set; }

    /// <summary>Messages of the back end that mean nothing here: refused where a reply was asked for, else ignored.</summary>
    public long UnknownRequests { get; internal set; }

    /// <summary>Times that a running driver's chains were handed to another back end by the back end's own in-flight region.</summary>
    public long ResumedByRegion { get; internal set; }

    /// <summary>Times that they were handed over by this gateway's table.</summary>
    public long ResumedByTable { get; internal set; }
}
