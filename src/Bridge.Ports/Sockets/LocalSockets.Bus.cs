using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

// What the bus tells.
internal sealed partial class LocalSockets : IRpmsgHandler
{
    bool IRpmsgHandler.OnMessage(RpmsgEndpoint endpoint, uint source, ReadOnlySpan<byte> payload)
    {
        bool isTaken = _incoming.OnMessage((LocalEndpoint)endpoint.Tag!, source, payload);
        if (isTaken)
        {
            _kept.Handled(_bus.ReceivePosition);
        }

        return isTaken;
    }

    void IRpmsgHandler.OnFlow(in FlowMessage message) => _peers.OnFlow(message);

    bool IRpmsgHandler.OnAssigned(RpmsgEndpoint endpoint, uint destination) => _peers.OnAssigned((LocalEndpoint)endpoint.Tag!, destination);

    void IRpmsgHandler.OnFreed(RpmsgEndpoint endpoint, uint destination) => _peers.OnFreed((LocalEndpoint)endpoint.Tag!, destination);

    void IRpmsgHandler.OnAnnounced(string name, uint address)
    {
        if (_announcementPace.MayLog())
        {
            SocketsLog.Announced(_log, _options.Device, ChannelTable.Printable(name), address);
        }

        _announcements.Add(name, address, _bus.AsksForAssignment(name, address));
        _channels.Add(name, address);
        if (_scope.Access.HasRules)
        {
            Review(name, address);
        }
    }

    void IRpmsgHandler.OnWithdrawn(string name, uint address)
    {
        if (_announcementPace.MayLog())
        {
            SocketsLog.Withdrawn(_log, _options.Device, ChannelTable.Printable(name), address);
        }

        _announcements.Remove(name, address);
        _channels.Remove(name, address);
        for (int i = _conversations.All.Count - 1; i >= 0; i--)
        {
            Conversation conversation = _conversations.All[i];
            if (conversation.Remote == address && (conversation.Local.IsService || conversation.Entry.Name == name))
            {
                _conversations.Happened(conversation, ConversationEvent.PeerGone);
            }
        }
    }
}
