using Bridge.Ports.Sockets.Access;

namespace Bridge.Ports.Sockets;

// What the rules of the configuration hide and show, and what a change of them ends.
internal sealed partial class LocalSockets
{
    /// <summary>Other rules from now on. Conversations that they still allow notice nothing; names, services and sockets come and go as they say.</summary>
    public void SetAccess(IReadOnlyList<AccessRule> rules)
    {
        _scope.Access.Set(rules);
        Review();
        _channels.Review(_bus.Announcements);
        foreach (SocketEntry entry in _entries.All.ToArray())
        {
            entry.IsRefused = _scope.Access.IsRefused(entry);
            if (entry.Service is { } service)
            {
                Review(entry, service);
            }

            _entries.Refresh(entry);
        }
    }

    /// <summary>Judges every conversation anew, and ends those that began with what is hidden now.</summary>
    private void Review()
    {
        for (int i = _conversations.All.Count - 1; i >= 0; i--)
        {
            // What ends may take others along.
            if (i >= _conversations.All.Count)
            {
                continue;
            }

            Conversation conversation = _conversations.All[i];
            _scope.Access.Judge(conversation);
            _conversations.Touched.Add(conversation);
            EndIfOver(conversation);
        }
    }

    /// <summary>A name came up, perhaps one that is denied at an address that somebody talks to already.</summary>
    private void Review(string name, uint address)
    {
        for (int i = _conversations.All.Count - 1; i >= 0; i--)
        {
            if (i < _conversations.All.Count && _conversations.All[i] is { Local.IsService: false } conversation && conversation.Remote == address)
            {
                _scope.Access.Judge(conversation, name);
                EndIfOver(conversation);
            }
        }
    }

    private void EndIfOver(Conversation conversation)
    {
        if (AccessControl.IsOver(conversation) && conversation.HasPeer)
        {
            _conversations.Happened(conversation, ConversationEvent.Aborted);
        }
    }

    private void Review(SocketEntry entry, LocalEndpoint service)
    {
        if (!_scope.Access.MayAnnounce(service))
        {
            _bus.Withdraw(service.Endpoint);
            SocketsLog.ServiceDenied(_log, _options.Device, entry.Path);
        }
        else if (service.Conversations.Count > 0)
        {
            _bus.Announce(service.Endpoint);
        }

        if (entry.IsRefused)
        {
            _conversations.Abort(entry);
        }
        else if (entry is { Terms.Permanent: true, Conversations.Count: 0 })
        {
            _conversations.Begin(entry, service, connection: null);
        }
    }
}
