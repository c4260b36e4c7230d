namespace Bridge.Ports.Sockets;

/// <summary>One name below a device's directory. A snapshot.</summary>
/// <param name="Kind">Which directory.</param>
/// <param name="Name">The service's name, one character per byte.</param>
/// <param name="Path">The socket's path; it exists while the state is Free.</param>
/// <param name="State">Whether it can be connected to.</param>
/// <param name="Failure">Why it is unavailable; null if it is not.</param>
/// <param name="LocalAddress">Our endpoint: a service's always, another's while it is taken.</param>
/// <param name="RemoteAddress">The announced address, or a service's peer; null while a service waits for one.</param>
/// <param name="Conversations">Those of the applications that are there, or awaited; oldest first.</param>
public sealed record EntryStatus(
    EntryKind Kind,
    string Name,
    string Path,
    EntryState State,
    string? Failure,
    uint? LocalAddress,
    uint? RemoteAddress,
    IReadOnlyList<ConversationStatus> Conversations)
{
    /// <summary>The only, or the oldest one; null while there is none.</summary>
    public ConversationStatus? Conversation => Conversations.Count > 0 ? Conversations[0] : null;
}
