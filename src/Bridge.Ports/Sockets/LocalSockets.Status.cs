using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

// What is shown to people.
internal sealed partial class LocalSockets
{
    /// <summary>Takes a snapshot.</summary>
    public SocketsStatus ReadStatus() => new(
        _options.Device,
        _directory.Root,
        _bus.Attached,
        _bus.Features,
        [.. _entries.All
            // Withdrawn, but its opener has not yet read everything.
            .Concat(_conversations.All.Where(static c => c.Entry.IsRemoved).Select(static c => c.Entry).Distinct())
            .OrderBy(static entry => entry.Kind)
            .ThenBy(static entry => entry.File, StringComparer.Ordinal)
            .Select(ReadStatus)],
        Counters with { },
        _bus.Counters);

    /// <summary>One entry now.</summary>
    internal EntryStatus ReadStatus(SocketEntry entry)
    {
        Conversation? first = entry.Conversations.FirstOrDefault();
        uint remote = first?.Remote ?? entry.Remote;
        return new EntryStatus(
            entry.Kind,
            entry.Name,
            entry.Path,
            StateOf(entry),
            entry.Failure?.Message,
            (entry.Service ?? first?.Local)?.Address,
            remote == RpmsgAddress.Any ? null : remote,
            [.. entry.Conversations.Where(static c => c.State != ConversationState.Vacant).Select(ReadStatus)]);
    }

    private static EntryState StateOf(SocketEntry entry) =>
        entry.IsRefused ? EntryState.Refused
        : entry.Conversations.Exists(static c => c.Connection is not null) ? EntryState.Taken
        : entry.Listener is null || entry.Failure is not null ? EntryState.Unavailable
        : entry.Conversations.Exists(static c => c.IsAwaiting && c.State != ConversationState.Vacant) ? EntryState.Waiting
        : EntryState.Free;

    /// <summary>One conversation now.</summary>
    internal ConversationStatus ReadStatus(Conversation conversation) => new(
        conversation.State,
        conversation.Remote == RpmsgAddress.Any ? null : conversation.Remote,
        conversation.Sent,
        conversation.Received,
        conversation.QueuedMessages,
        conversation.Sending.Outstanding,
        HasFlow && conversation.HasPeer ? conversation.Sending.Available : null,
        conversation.HoldsDevice);
}
