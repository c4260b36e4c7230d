using Bridge.Linux;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <content>What a conversation leaves: the bus, its connection.</content>
internal sealed partial class ConversationTable
{
    /// <summary>No peer can reach the conversation any more: a service without any is withdrawn and keeps its address, a channel's endpoint is given up.</summary>
    private void LeaveBus(Conversation conversation)
    {
        LocalEndpoint local = conversation.Local;
        if (!local.Remove(conversation))
        {
            return;
        }

        Release(conversation);
        if (!local.IsService)
        {
            _port.Bus.Free(conversation.Entry.Name, local.Address, conversation.Remote);
        }

        if (local.Conversations.Count > 0)
        {
            return;
        }

        if (!local.IsService)
        {
            Endpoints.Remove(local);
        }
        else if (!conversation.Entry.Terms.Permanent)
        {
            _port.Bus.Withdraw(local.Endpoint);
            local.Endpoint.Remote = RpmsgAddress.Any;
        }
    }

    private void LeaveConnection(Conversation conversation)
    {
        if (conversation.Connection is { } connection)
        {
            conversation.Connection = null;
            connection.Conversations.Remove(conversation);
            Replenish(connection);
            CloseIfDeserted(connection);
        }
    }

    private void CloseIfDeserted(ApplicationConnection connection)
    {
        if (connection.IsClosed || connection.Conversations.Count > 0)
        {
            return;
        }

        try
        {
            _port.Counters.Unsent += connection.Shutdown(ShutdownDirection.Both);
        }
        catch (LinuxException failure)
        {
            _port.Counters.SocketFailures++;
            SocketsLog.ConversationFailed(_port.Log, _port.Device, connection.Entry.Path, failure.Message);
        }

        _port.Poll.Remove(connection);
        _stored.Remove(connection);
        connection.Dispose();
        _port.Counters.Closed++;
    }
}
