namespace Bridge.Link.Connections;

/// <summary>
/// The inbound connections of a link whose peer is authenticated and has not said Hello. An honest peer has one, and after a cut one more; each costs a socket and its buffers for
/// as long as a Hello may take. Thread-safe.
/// </summary>
internal sealed class GreetingConnections
{
    /// <summary>So many may wait: the newest ones, because an honest peer has given its older ones up.</summary>
    public const int Maximum = 3;

    private readonly Lock _gate = new();
    private readonly List<LinkConnection> _waiting = new(Maximum + 1);

    /// <summary>One more waits. The oldest is closed if they are too many.</summary>
    public void Add(LinkConnection connection)
    {
        LinkConnection? oldest = null;
        lock (_gate)
        {
            // Numbered: its Hello has come.
            _waiting.RemoveAll(static one => one.IsEnding || one.Number != 0);
            _waiting.Add(connection);
            if (_waiting.Count > Maximum)
            {
                oldest = _waiting[0];
                _waiting.RemoveAt(0);
            }
        }

        oldest?.RequestClose(CloseReason.Replaced, $"More than {Maximum} connections of this peer wait for its hello; the newest ones are kept.");
    }

    /// <summary>It is over.</summary>
    public void Remove(LinkConnection connection)
    {
        lock (_gate)
            _waiting.Remove(connection);
    }
}
