namespace Bridge.Ports.VhostUser;

/// <summary>What a vhost-user port presents.</summary>
public sealed record VhostUserOptions
{
    /// <summary>The device's name, for logs and the thread.</summary>
    public required string Device { get; init; }

    /// <summary>The socket that the front end connects to; at most 107 bytes.</summary>
    public required string SocketPath { get; init; }

    /// <summary>Who may connect: the write bits count.</summary>
    public UnixFileMode Mode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The socket's group, by number; null: the process's own.</summary>
    public uint? Group { get; init; }

    /// <summary>
    /// Offers INBAND_NOTIFICATIONS: doorbells as messages over the socket, each of them answered. User-mode Linux takes them whenever they are offered, and a burst takes
    /// three times as long.
    /// </summary>
    public bool InBandNotifications { get; init; }

    /// <summary>
    /// Takes memory that cannot be sealed against shrinking. A front end that cuts it short at the wrong moment ends the process: only for front ends that are trusted with that.
    /// </summary>
    public bool UnsealedMemory { get; init; }

    /// <summary>How long the life of a driver is kept whose front end has lost its connection, if it has the life's in-flight region.</summary>
    public TimeSpan ReturnTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a front end may take for its first message, and for the rest of one that it has begun.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
