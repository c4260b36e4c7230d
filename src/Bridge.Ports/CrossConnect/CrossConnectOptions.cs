using Bridge.Ports.VhostUser;
using Bridge.Rpmsg;

namespace Bridge.Ports.CrossConnect;

/// <summary>What a cross-connect is made with.</summary>
public sealed record CrossConnectOptions
{
    /// <summary>The device's name, for logs.</summary>
    public required string Device { get; init; }

    /// <summary>Buffers and their size, the same for both drivers.</summary>
    public required RpmsgOptions Rpmsg { get; init; }

    /// <summary>Where this machine's driver comes in.</summary>
    public required VhostUserOptions LocalDriver { get; init; }
}
