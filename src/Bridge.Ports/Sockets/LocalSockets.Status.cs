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
            .Concat(_conversations.Where(static c => c.Entry.IsRemoved).Select(static c => c.Entry))
            .OrderBy(static entry => entry.Kind)
            .ThenBy(static entry => entry.File, StringComparer.Ordinal)
            .Select(ReadStatus)],
        Counters with { },
        _bus.Counters);

    private EntryStatus ReadStatus(SocketEntry entry)
    {
        Conversation? conversation = entry.Conversation;
        LocalEndpoint? local = entry.Service ?? conversation?.Local;
        uint remote = conversation?.Remote ?? entry.Remote;
        return new EntryStatus(
            entry.Kind,
            entry.Name,
            entry.Path,
            conversation is not null ? EntryState.Taken : entry.Listener is not null && entry.Failure is null ? EntryState.Free : EntryState.Unavailable,
            entry.Failure?.Message,
            local?.Address,
            remote == RpmsgAddress.Any ? null : remote,
            conversation is null ? null : ReadStatus(conversation));
    }

    private ConversationStatus ReadStatus(Conversation conversation) => new(
        conversation.State,
        conversation.Sent,
        conversation.Received,
        conversation.QueuedMessages,
        conversation.Sending.Outstanding,
        HasFlow && conversation.HasPeer ? conversation.Sending.Available : null,
        conversation.HoldsDevice);
}
