using System.Diagnostics.CodeAnalysis;

namespace Bridge.Ports.Sockets;

/// <summary>Conversations and connections that something happened to: each is looked at once, after whatever changed it.</summary>
internal sealed class TouchedList
{
    private readonly Queue<Conversation> _conversations = new();
    private readonly Queue<ApplicationConnection> _connections = new();

    /// <summary>Something must be looked at.</summary>
    public bool Any => _conversations.Count + _connections.Count > 0;

    /// <summary>The conversation, and its connection, must be looked at.</summary>
    public void Add(Conversation conversation)
    {
        if (!conversation.IsTouched)
        {
            conversation.IsTouched = true;
            _conversations.Enqueue(conversation);
        }

        if (conversation.Connection is { } connection)
        {
            Add(connection);
        }
    }

    /// <summary>The connection must be looked at.</summary>
    public void Add(ApplicationConnection connection)
    {
        if (!connection.IsTouched)
        {
            connection.IsTouched = true;
            _connections.Enqueue(connection);
        }
    }

    /// <summary>The next conversation.</summary>
    public bool TryTake([NotNullWhen(true)] out Conversation? conversation)
    {
        if (!_conversations.TryDequeue(out conversation))
        {
            return false;
        }

        conversation.IsTouched = false;
        return true;
    }

    /// <summary>The next connection that is not closed; after the conversations.</summary>
    public bool TryTake([NotNullWhen(true)] out ApplicationConnection? connection)
    {
        while (_connections.TryDequeue(out connection))
        {
            connection.IsTouched = false;
            if (!connection.IsClosed)
            {
                return true;
            }
        }

        return false;
    }
}
