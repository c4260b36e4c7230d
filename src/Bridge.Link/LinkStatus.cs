using Bridge.Link.Transports;

namespace Bridge.Link;

/// <summary>A link at one moment, for the admin API.</summary>
public sealed record LinkStatus
{
    /// <summary>The link's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is doing.</summary>
    public required LinkState State { get; init; }

    /// <summary>What carries the connection; null without one.</summary>
    public TransportKind? Transport { get; init; }

    /// <summary>Why a dial does not use QUIC although it may, in one sentence; null otherwise.</summary>
    public string? TransportNote { get; init; }

    /// <summary>The peer gateway's name; null without a connection.</summary>
    public string? PeerGateway { get; init; }

    /// <summary>The peer's authenticated key; null without a connection.</summary>
    public string? PeerFingerprint { get; init; }

    /// <summary>The peer's address and port; null without a connection.</summary>
    public string? RemoteEndPoint { get; init; }

    /// <summary>True if this side dialled; null without a connection.</summary>
    public bool? Initiator { get; init; }

    /// <summary>The protocol version in use; null without a connection.</summary>
    public ushort? Version { get; init; }

    /// <summary>Time since the handshakes of the connection, the peer's hello included; null without a connection.</summary>
    public TimeSpan? UpFor { get; init; }

    /// <summary>The last measured round trip; null before the first answer.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>The number of the connection, or of the last one; 0 before the first.</summary>
    public required uint Connection { get; init; }

    /// <summary>The devices whose lanes are up.</summary>
    public IReadOnlyList<string> Lanes { get; init; } = [];

    /// <summary>One sentence for each device that is no lane.</summary>
    public IReadOnlyList<string> Refusals { get; init; } = [];

    /// <summary>Connections that were up and ended, by reason.</summary>
    public required IReadOnlyDictionary<CloseReason, long> EndedConnections { get; init; }

    /// <summary>Dials that led to no connection.</summary>
    public required long FailedDials { get; init; }

    /// <summary>Protocol bytes received over all connections.</summary>
    public required long BytesReceived { get; init; }

    /// <summary>Protocol bytes sent over all connections.</summary>
    public required long BytesSent { get; init; }

    /// <summary>Frames of older connections that were discarded.</summary>
    public required long StaleFrames { get; init; }

    /// <summary>What last went wrong, in one sentence; null if nothing has.</summary>
    public string? LastError { get; init; }
}
