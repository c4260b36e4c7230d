using Bridge.Linux;
using Bridge.Ports.Sockets.Kept;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>Where applications come in: gives each connection the conversation that it may have, by the entry's terms.</summary>
internal sealed class Entrance(LocalSockets owner, PortScope port, EntryTable entries, ConversationTable conversations, StoredSockets stored)
{
    /// <summary>Somebody connected to an entry's own socket.</summary>
    public void Accept(SocketEntry entry)
    {
        SeqPacketSocket? socket;
        try
        {
            socket = entry.Listener!.Accept();
        }
        catch (LinuxException failure)
        {
            // It keeps waiting; the entry is armed again when it is tried again.
            entries.Fail(entry, failure);
            return;
        }

        entry.Failure = null;
        if (socket is not null)
        {
            Welcome(entry, socket);
        }

        entries.Refresh(entry);
    }

    /// <summary>Adds a service; its socket appears.</summary>
    /// <exception cref="RpmsgException">The address is reserved or taken, or all dynamic ones are.</exception>
    public SocketEntry AddService(ServiceOptions service, bool isCreated)
    {
        LocalEndpoint local = conversations.Endpoints.Add(service.Name, service.Address, RpmsgAddress.Any, isService: true);
        SocketEntry entry = new(owner, EntryKind.Service, service.Name, SocketName.Encode(service.Name)!, service.Terms) { Service = local, IsCreated = isCreated, HasFixedAddress = service.Address is not null };
        entry.IsRefused = port.Access.IsRefused(entry);
        if (!port.Access.MayAnnounce(local))
        {
            SocketsLog.ServiceDenied(port.Log, port.Device, entry.Path);
        }

        entries.Add(entry);
        if (service.Terms.Permanent && !entry.IsRefused)
        {
            conversations.Begin(entry, local, connection: null);
        }

        return entry;
    }

    /// <summary>Removes a service: its socket goes, its users find the end of file, its address is free.</summary>
    public void RemoveService(SocketEntry entry)
    {
        entries.Remove(entry);
        conversations.Abort(entry);
        if (entry.Service is { } service)
        {
            conversations.Endpoints.Remove(service);
        }
    }

    /// <summary>Gives a connection its conversation, or another application's where the terms say so.</summary>
    /// <returns>False: all places are taken. The connection is the caller's still.</returns>
    /// <exception cref="RpmsgException">No address is free.</exception>
    public bool TryOpen(SocketEntry entry, ApplicationConnection connection)
    {
        if (entry.IsRemoved || entry.IsRefused)
        {
            return false;
        }

        Conversation? awaiting = FindAwaiting(entry);
        if (awaiting is not null)
        {
            conversations.Attach(awaiting, connection);
        }
        else if (entry.HasRoom)
        {
            BeginConversation(entry, connection);
        }
        else if (entry.Terms.Takeover && entry.Conversations.Find(static c => c.Connection is not null) is { } taken)
        {
            SocketsLog.TakenOver(port.Log, port.Device, entry.Path, new Opener(taken.Connection!.Who), new Opener(connection.Who));
            port.Counters.TakenOver++;
            if (taken.Connection is { IsAddressed: true } addressed)
            {
                // Its peers were one application's; they are told, and the entry is free.
                conversations.Abort(addressed, FlowCloseReason.Finished);
                return TryOpen(entry, connection);
            }

            conversations.Attach(taken, connection);
        }
        else
        {
            return false;
        }

        stored.Add(connection, port.Kept);
        port.Poll.Add(connection, interest: null);
        port.Counters.Opened++;
        uint address = connection.Conversations[0].Local.Address;
        SocketsLog.ConversationOpened(port.Log, port.Device, entry.Path, new Opener(connection.Who), address);
        return true;
    }

    private static Conversation? FindAwaiting(SocketEntry entry)
    {
        Conversation? vacant = null;
        foreach (Conversation conversation in entry.Conversations)
        {
            if (conversation.State is ConversationState.Absent or ConversationState.Orphaned)
            {
                return conversation;
            }

            vacant ??= conversation.IsAwaiting ? conversation : null;
        }

        return vacant;
    }

    private void BeginConversation(SocketEntry entry, ApplicationConnection connection)
    {
        if (entry.Service is { } service)
        {
            conversations.Begin(entry, service, connection);
            return;
        }

        LocalEndpoint local = conversations.Endpoints.Add(entry.Name, entry.LocalAddress, entry.Remote, isService: false);
        Conversation conversation = conversations.Begin(entry, local, connection);
        connection.Primary = conversation;
        conversations.Bind(conversation, entry.Remote);
    }

    private void Welcome(SocketEntry entry, SeqPacketSocket socket)
    {
        PacketConnection? connection = null;
        try
        {
            SetSendBuffer(socket);
            connection = new PacketConnection(owner, entry, socket, port.Kept);
            if (TryOpen(entry, connection))
            {
                return;
            }

            // It came before the socket disappeared; it finds the end of file at once.
            port.Counters.OpenersRefused++;
            port.Counters.Unsent += connection.Shutdown(ShutdownDirection.Both);
        }
        catch (Exception failure) when (failure is RpmsgException or LinuxException)
        {
            port.Counters.SocketFailures++;
            SocketsLog.OpenFailed(port.Log, port.Device, entry.Path, failure.Message);
        }

        socket.Dispose();
    }

    private void SetSendBuffer(SeqPacketSocket socket)
    {
        // What a message needs at least, with the kernel's bookkeeping: a smaller buffer could never send it.
        int least = port.Options.Rpmsg.MaximumPayload + 1024;
        if (port.Options.SendBufferSize is { } size)
        {
            socket.SendBufferSize = Math.Max(size, least);
        }
        else if (socket.SendBufferSize < least)
        {
            socket.SendBufferSize = least;
        }
    }
}
