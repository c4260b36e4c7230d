using Bridge.Linux;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

// Entries, and how conversations begin and end.
internal sealed partial class LocalSockets
{
    private readonly LogPace _announcementPace;

    /// <summary>Where an entry's socket lies.</summary>
    internal string PathOf(EntryKind kind, string file) => _directory.PathOf(kind, file);

    void IRpmsgHandler.OnAnnounced(string name, uint address)
    {
        if (_announcementPace.MayLog())
        {
            SocketsLog.Announced(_log, _options.Device, ChannelTable.Printable(name), address);
        }

        _channels.Add(name, address);
    }

    void IRpmsgHandler.OnWithdrawn(string name, uint address)
    {
        if (_announcementPace.MayLog())
        {
            SocketsLog.Withdrawn(_log, _options.Device, ChannelTable.Printable(name), address);
        }

        _channels.Remove(name, address);
        for (int i = _conversations.Count - 1; i >= 0; i--)
        {
            Conversation conversation = _conversations[i];
            if (conversation.Remote == address && (conversation.Local.IsService || conversation.Entry.Name == name))
            {
                Happened(conversation, ConversationEvent.PeerGone);
            }
        }
    }

    /// <summary>Somebody connected. The first one is the opener; whoever came before the socket disappeared finds the end of file at once.</summary>
    internal void Accept(SocketEntry entry)
    {
        SeqPacketSocket? socket;
        try
        {
            socket = entry.Listener!.Accept();
        }
        catch (LinuxException failure)
        {
            // It keeps waiting; the entry is armed again when it is tried again.
            _entries.Fail(entry, failure);
            return;
        }

        if (socket is null)
        {
            _entries.Show(entry);
            return;
        }

        entry.Failure = null;
        _entries.Hide(entry);
        if (!TryOpen(entry, socket))
        {
            socket.Dispose();
            _entries.Show(entry);
        }
    }

    private void AddServices()
    {
        // Fixed addresses first: a dynamic one must not take them.
        foreach (ServiceOptions service in _options.Services.OrderBy(static s => s.Address is null))
        {
            LocalEndpoint local = new(_bus.CreateEndpoint(service.Name, service.Address), isService: true);
            _endpoints.Add(local.Address, local);
            _entries.Add(new SocketEntry(this, EntryKind.Service, service.Name, SocketName.Encode(service.Name)!) { Service = local });
        }
    }

    private bool TryOpen(SocketEntry entry, SeqPacketSocket socket)
    {
        LocalEndpoint local;
        try
        {
            SetSendBuffer(socket);
            local = entry.Service ?? new LocalEndpoint(_bus.CreateEndpoint(entry.Name, address: null, entry.Remote), isService: false);
        }
        catch (Exception failure) when (failure is RpmsgException or LinuxException)
        {
            Counters.SocketFailures++;
            SocketsLog.OpenFailed(_log, _options.Device, entry.Path, failure.Message);
            return false;
        }

        Conversation conversation = new(this, entry, local, socket) { State = ConversationState.Waiting };
        (local.Conversation, entry.Conversation) = (conversation, conversation);
        _conversations.Add(conversation);
        _poll.Add(conversation, interest: null);
        Counters.Opened++;
        PeerCredentials who = socket.PeerCredentials;
        SocketsLog.ConversationOpened(_log, _options.Device, entry.Path, who.ProcessId, who.UserId, local.Address);
        if (local.IsService)
        {
            _bus.Announce(local.Endpoint);
        }
        else
        {
            _endpoints.Add(local.Address, local);
            Bind(conversation, entry.Remote);
        }

        Touch(conversation);
        return true;
    }

    private void SetSendBuffer(SeqPacketSocket socket)
    {
        // What a message needs at least, with the kernel's bookkeeping: a smaller buffer could never send it.
        int least = _options.Rpmsg.MaximumPayload + 1024;
        if (_options.SendBufferSize is { } size)
        {
            socket.SendBufferSize = Math.Max(size, least);
        }
        else if (socket.SendBufferSize < least)
        {
            socket.SendBufferSize = least;
        }
    }

    /// <summary>The conversation has its peer: counting begins.</summary>
    private void Bind(Conversation conversation, uint remote)
    {
        conversation.Remote = remote;
        conversation.Local.Endpoint.Remote = remote;
        conversation.Sending = SendWindow.Start(limited: HasFlow);
        conversation.Receiving = ReceiveWindow.Start((uint)Capacity);
        // It may have sent before.
        conversation.MaybeReadable = true;
        Happened(conversation, ConversationEvent.Bound);
        _bus.SendFlow(new FlowMessage(FlowKind.Open, conversation.Local.Address, remote, (uint)Capacity));
    }

    /// <summary>The only place where a conversation's state changes.</summary>
    private void Happened(Conversation conversation, ConversationEvent happened, FlowCloseReason reason = FlowCloseReason.Finished)
    {
        ConversationState before = conversation.State;
        bool hadPeer = conversation.HasPeer;
        conversation.State = ConversationStates.Next(before, happened);
        if (conversation.State == before)
        {
            return;
        }

        Touch(conversation);
        switch (conversation.State)
        {
            case ConversationState.Finishing:
                Counters.Undeliverable += DropQueue(conversation);
                // Whatever it sent is in its socket, and then the end.
                conversation.MaybeReadable = true;
                break;
            case ConversationState.Ending:
                ReleaseEndpoint(conversation);
                // The application's next send fails with EPIPE.
                Counters.Unsent += OrderlyEnd.Shutdown(conversation.Socket, ShutdownDirection.Receive);
                break;
            case ConversationState.Closed:
                if (hadPeer && happened != ConversationEvent.PeerGone)
                {
                    _bus.SendFlow(new FlowMessage(FlowKind.Close, conversation.Local.Address, conversation.Remote, (uint)reason));
                }

                Finish(conversation, happened);
                break;
            default:
                break;
        }
    }

    private void Finish(Conversation conversation, ConversationEvent happened)
    {
        Counters.Undeliverable += DropQueue(conversation);
        ReleaseEndpoint(conversation);
        Counters.Unsent += OrderlyEnd.Shutdown(conversation.Socket, ShutdownDirection.Both);
        _poll.Remove(conversation);
        conversation.Socket.Dispose();
        _conversations.Remove(conversation);
        Counters.Closed++;
        SocketsLog.ConversationClosed(_log, _options.Device, conversation.Entry.Path, happened, conversation.Sent, conversation.Received);
        conversation.Entry.Conversation = null;
        _entries.Show(conversation.Entry);
    }

    /// <summary>Nobody can reach the conversation any more: a service is withdrawn and keeps its address, a channel's endpoint is given up.</summary>
    private void ReleaseEndpoint(Conversation conversation)
    {
        LocalEndpoint local = conversation.Local;
        if (local.Conversation != conversation)
        {
            return;
        }

        local.Conversation = null;
        Release(conversation);
        if (local.IsService)
        {
            _bus.Withdraw(local.Endpoint);
            local.Endpoint.Remote = RpmsgAddress.Any;
        }
        else
        {
            _endpoints.Remove(local.Address);
            _bus.DestroyEndpoint(local.Endpoint);
        }
    }

    private static int DropQueue(Conversation conversation) => conversation.Queue?.Clear() ?? 0;
}
