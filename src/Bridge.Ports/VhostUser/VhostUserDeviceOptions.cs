using Bridge.Relay;

namespace Bridge.Ports.VhostUser;

/// <summary>Which back end a vhost-user device port uses, and as what.</summary>
public sealed record VhostUserDeviceOptions
{
    /// <summary>The device's name, for logs and the thread.</summary>
    public required string Device { get; init; }

    /// <summary>The socket that the back end listens on; at most 107 bytes. It may appear later.</summary>
    public required string SocketPath { get; init; }

    /// <summary>Virtio id of the device behind it, which a back end does not tell; one of <see cref="DeviceTable"/>.</summary>
    public required ushort DeviceId { get; init; }

    /// <summary>Queues; null: as many as every device of the type has. A back end must have at least so many.</summary>
    public int? Queues { get; init; }

    /// <summary>Entries of each ring; a power of two up to 32768, which the back end must be able to handle. Also the longest chain of a driver.</summary>
    public int QueueSize { get; init; } = 256;

    /// <summary>The configuration space of a back end that has none.</summary>
    public ReadOnlyMemory<byte> Configuration { get; init; }

    /// <summary>How long to wait before the back end is tried again.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a back end may take for an answer. One that stops answers when all that it has under way is done.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);
}
