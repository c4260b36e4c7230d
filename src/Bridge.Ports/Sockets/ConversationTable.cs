using Bridge.Linux;
using Bridge.Ports.Sockets.Kept;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>All conversations of a port: how they begin, change and end. The only place where a conversation's state changes.</summary>
internal sealed partial class ConversationTable
{
    private readonly PortScope _port;
    private readonly EntryTable _entries;
    private readonly StoredSockets _stored;
    private readonly List<Conversation> _all = [];

    public ConversationTable(PortScope port, EntryTable entries, StoredSockets stored)
    {
        (_port, _entries, _stored) = (port, entries, stored);
        Endpoints = new LocalEndpoints(port.Bus);
        Grace = new GraceTime(port, this);
    }

    /// <summary>Every conversation that is not over.</summary>
    public IReadOnlyList<Conversation> All => _all;

    /// <summary>The reader that the whole receive queue waits for; null: it moves.</summary>
    public Conversation? Holder { get; private set; }

    /// <summary>Of those that await an application.</summary>
    public GraceTime Grace { get; }

    /// <summary>The endpoints that the conversations are held at.</summary>
    public LocalEndpoints Endpoints { get; }

    /// <summary>What must be looked at.</summary>
    public TouchedList Touched { get; } = new();

    /// <summary>Begins a conversation: with an application, or vacant until one comes.</summary>
    public Conversation Begin(SocketEntry entry, LocalEndpoint local, ApplicationConnection? connection)
    {
        KeptSockets kept = _port.Kept;
        Conversation conversation = new(
            entry, local, connection is null ? ConversationState.Vacant : ConversationState.Waiting, kept, kept.TakeConversation(), kept.NextOrder());
        local.Add(conversation);
        entry.Conversations.Add(conversation);
        _all.Add(conversation);
        if (connection is not null)
        {
            Join(conversation, connection);
        }

        _port.Access.Judge(conversation);
        if (local.IsService && _port.Access.MayAnnounce(local))
        {
            _port.Bus.Announce(local.Endpoint);
        }

        Changed(conversation);
        return conversation;
    }

    /// <summary>The conversation has its peer: counting begins.</summary>
    public void Bind(Conversation conversation, uint remote)
    {
        conversation.Remote = remote;
        conversation.Local.Bind(conversation);
        conversation.Local.Endpoint.Remote = remote;
        _port.Access.Judge(conversation);
        FlowRecord flow = new() { Sending = SendWindow.Start(limited: _port.HasFlow), Receiving = ReceiveWindow.Start((uint)_port.Capacity) };
        _port.Kept.Steps.Change(conversation, flow);
        if (conversation.Connection is { } connection)
        {
            // It may have sent before.
            connection.MaybeReadable = true;
        }

        Happened(conversation, ConversationEvent.Bound);
        if (conversation.Connection is { } shared)
        {
            Replenish(shared);
        }

        _port.Bus.SendFlow(new FlowMessage(FlowKind.Open, conversation.Local.Address, remote, (uint)_port.Capacity));
        if (!conversation.Local.IsService)
        {
            _port.Bus.Assign(conversation.Entry.Name, conversation.Local.Address, remote);
        }
    }

    /// <summary>An application gets a conversation that awaits one, or that another one has now lost.</summary>
    public void Attach(Conversation conversation, ApplicationConnection connection)
    {
        if (conversation.Connection is { } earlier)
        {
            earlier.IsLeaving = true;
            LeaveConnection(conversation);
        }

        conversation.Deadline = null;
        Join(conversation, connection);
        connection.MaybeReadable = true;
        Happened(conversation, ConversationEvent.Attached);
        Changed(conversation);
    }

    /// <summary>An addressed connection sends to a peer for the first time. Null: that is not possible.</summary>
    public Conversation? Reach(ApplicationConnection connection, uint destination)
    {
        if (RpmsgAddress.IsReserved(destination) || connection.Conversations.Count == 0)
        {
            return null;
        }

        LocalEndpoint local = connection.Conversations[0].Local;
        Conversation? conversation = connection.Conversations.Find(static c => c.State == ConversationState.Waiting);
        if (conversation is null)
        {
            if (local.IsService || connection.Entry.Conversations.Count >= EntryTerms.MaximumPeers)
            {
                return null;
            }

            conversation = Begin(connection.Entry, local, connection);
        }

        Bind(conversation, destination);
        return conversation;
    }

    /// <summary>The kernel refused something that it should not: only this connection ends.</summary>
    public void Fail(ApplicationConnection connection, LinuxException failure)
    {
        _port.Counters.SocketFailures++;
        SocketsLog.ConversationFailed(_port.Log, _port.Device, connection.Entry.Path, failure.Message);
        Abort(connection, FlowCloseReason.Finished);
    }

    /// <summary>The connection ends now, and its peers are told why.</summary>
    public void Abort(ApplicationConnection connection, FlowCloseReason reason) => Happened(connection, ConversationEvent.Aborted, reason);

    /// <summary>Everything that was begun at an entry ends now.</summary>
    public void Abort(SocketEntry entry)
    {
        // A copy: what ends leaves the list, and a vacant conversation of a permanent service comes back by itself.
        foreach (Conversation conversation in entry.Conversations.ToArray())
        {
            if (conversation.Connection is { } connection)
            {
                Abort(connection, FlowCloseReason.Finished);
            }
            else
            {
                Happened(conversation, ConversationEvent.Aborted);
            }
        }
    }

    /// <summary>Something happened to a connection, which means something for all its conversations.</summary>
    public void Happened(ApplicationConnection connection, ConversationEvent happened, FlowCloseReason reason = FlowCloseReason.Finished)
    {
        if (happened == ConversationEvent.InputEnded)
        {
            connection.InputEnded = true;
        }

        connection.IsLeaving |= happened is ConversationEvent.HungUp or ConversationEvent.SendFailed or ConversationEvent.Aborted;

        // From behind: a conversation that ends leaves the list.
        for (int i = connection.Conversations.Count - 1; i >= 0; i--)
        {
            Happened(connection.Conversations[i], happened, reason);
        }
    }

    /// <summary>Something happened to a conversation.</summary>
    /// <param name="conversation">Which.</param>
    /// <param name="happened">What.</param>
    /// <param name="reason">What the peer is told if this is the end.</param>
    public void Happened(Conversation conversation, ConversationEvent happened, FlowCloseReason reason = FlowCloseReason.Finished)
    {
        ConversationState before = conversation.State;
        ConversationState after = ConversationStates.Next(before, happened);
        if (after == ConversationState.Closed && IsDeparture(happened) && conversation is { Entry: { Terms.Grace.Ticks: > 0, IsRemoved: false }, Connection: not { IsLast: true } })
        {
            (happened, after) = (ConversationEvent.Left, ConversationStates.Next(before, ConversationEvent.Left));
        }

        if (after == before)
        {
            return;
        }

        bool hadPeer = conversation.HasPeer;
        conversation.State = after;
        Changed(conversation);
        switch (after)
        {
            case ConversationState.Finishing:
                if (conversation.Entry.Terms.Grace == TimeSpan.Zero)
                {
                    _port.Counters.Undeliverable += DropQueue(conversation);
                }

                // Whatever it sent is in its socket, and then the end.
                conversation.Connection!.MaybeReadable = true;
                break;
            case ConversationState.Ending:
                LeaveBus(conversation);
                if (conversation.Connection is { IsAddressed: false } connection)
                {
                    // The application's next send fails with EPIPE.
                    _port.Counters.Unsent += connection.Shutdown(ShutdownDirection.Receive);
                }

                break;
            case ConversationState.Orphaned:
                LeaveBus(conversation);
                break;
            case ConversationState.Closed:
                if (hadPeer && happened != ConversationEvent.PeerGone)
                {
                    _port.Bus.SendFlow(new FlowMessage(FlowKind.Close, conversation.Local.Address, conversation.Remote, (uint)reason));
                }

                Finish(conversation, happened);
                break;
            default:
                break;
        }

        if (happened == ConversationEvent.Left)
        {
            Await(conversation);
        }
    }

    /// <summary>The receive queue waits for this reader.</summary>
    public void Hold(Conversation conversation) => (Holder, conversation.HoldsDevice) = (conversation, true);

    /// <summary>It does not wait for this reader any more.</summary>
    public void Release(Conversation conversation)
    {
        if (ReferenceEquals(Holder, conversation))
        {
            (Holder, conversation.HoldsDevice) = (null, false);
        }
    }

    /// <summary>Draws a conversation's own conclusions from what happened to it. False: it is over.</summary>
    public bool Settle(Conversation conversation)
    {
        bool isEmpty = conversation is { QueuedMessages: 0, Connection: not { HasPending: true } };
        if (conversation.State is ConversationState.Ending or ConversationState.Orphaned && isEmpty)
        {
            Happened(conversation, ConversationEvent.HandedOver);
        }
        else if (conversation is { State: ConversationState.Orphaned, Entry.IsRemoved: true })
        {
            // Nobody can come for what waits.
            Happened(conversation, ConversationEvent.Expired);
        }

        return conversation.State != ConversationState.Closed;
    }

    /// <summary>Something about a conversation has changed that is to be recorded, and looked at.</summary>
    private void Changed(Conversation conversation)
    {
        _port.Kept.Change(conversation);
        Touched.Add(conversation);
    }

    private static bool IsDeparture(ConversationEvent happened) =>
        happened is ConversationEvent.HungUp or ConversationEvent.SendFailed or ConversationEvent.InputEnded;

    private static void Join(Conversation conversation, ApplicationConnection connection)
    {
        conversation.Connection = connection;
        conversation.Process = connection.Who?.ProcessId ?? 0;
        connection.Conversations.Add(conversation);
    }

    /// <summary>The application has gone and its place is kept for a while.</summary>
    private void Await(Conversation conversation)
    {
        Grace.Begin(conversation);
        LeaveConnection(conversation);
        _entries.Refresh(conversation.Entry);
    }

    private void Finish(Conversation conversation, ConversationEvent happened)
    {
        _port.Counters.Undeliverable += conversation.QueuedMessages;
        LeaveBus(conversation);
        conversation.Deadline = null;
        _all.Remove(conversation);
        SocketEntry entry = conversation.Entry;
        entry.Conversations.Remove(conversation);
        SocketsLog.ConversationClosed(_port.Log, _port.Device, entry.Path, happened, conversation.Sent, conversation.Received);
        ApplicationConnection? connection = conversation.Connection;
        LeaveConnection(conversation);
        _port.Kept.Remove(conversation);
        if (connection is { IsAddressed: true, Primary: { } primary } && ReferenceEquals(primary, conversation))
        {
            // The channel's own peer has gone: there is nothing else that the connection was opened for.
            connection.Primary = null;
            Happened(connection, ConversationEvent.Aborted);
        }

        if (entry is { Terms.Permanent: true, IsRemoved: false, IsRefused: false, Conversations.Count: 0, Service: { } service })
        {
            Begin(entry, service, connection: null);
        }

        _entries.Refresh(entry);
    }

    /// <summary>An addressed connection of a service always has a place for its next peer.</summary>
    private void Replenish(ApplicationConnection connection)
    {
        if (connection is { IsAddressed: true, IsLeaving: false, Entry: { IsRemoved: false, Service: { } service } entry }
            && entry.Conversations.Count < EntryTerms.MaximumPeers
            && !connection.Conversations.Exists(static c => c.State == ConversationState.Waiting))
        {
            Begin(entry, service, connection);
        }
    }

    private int DropQueue(Conversation conversation)
    {
        FlowRecord after = conversation.Flow;
        int count = after.Queue.Clear();
        if (count > 0)
        {
            _port.Kept.Steps.Change(conversation, after);
        }

        return count;
    }
}
