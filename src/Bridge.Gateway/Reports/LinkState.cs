using System.Text.Json.Serialization;

namespace Bridge.Gateway.Reports;

/// <summary>How a link is.</summary>
internal enum LinkState
{
    /// <summary>No connection; the next attempt waits, or the peer is awaited.</summary>
    [JsonStringEnumMemberName("down")]
    Down,

    /// <summary>A connection is being opened or its hello is not answered yet.</summary>
    [JsonStringEnumMemberName("connecting")]
    Connecting,

    /// <summary>The peer's hello was answered.</summary>
    [JsonStringEnumMemberName("up")]
    Up,
}
