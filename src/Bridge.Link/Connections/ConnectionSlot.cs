using Bridge.Link.Transports;

namespace Bridge.Link.Connections;

/// <summary>The place of a link's one current connection: which connection may have it, when both sides may dial.</summary>
/// <remarks>
/// The rule for two dials that cross: the side with the lower fingerprint refuses the inbound one while its own dial waits for the hello's answer;
/// the other side drops its own dial when the inbound hello comes. It cannot lose both: once an inbound connection is admitted, the own dial's Hello is
/// never sent (<see cref="TryGreet"/>), so a peer that sees an inbound Hello knows that its sender has admitted nothing else since.
/// </remarks>
internal sealed class ConnectionSlot(Func<string> ownFingerprint)
{
    /// <summary>What the peer and the log are told about the connection that is not used.</summary>
    public const string CrossedText = "Both gateways dialled at once; the other connection is used.";

    private readonly Lock _gate = new();
    private LinkConnection? _current;
    private LinkConnection? _greeting;
    private CancellationTokenSource? _dial;
    private TaskCompletionSource _vacant = Completed();
    private TimeSpan? _lastLasted;
    private bool _closed;

    /// <summary>The admitted connection, if any.</summary>
    public LinkConnection? Current
    {
        get
        {
            lock (_gate)
                return _current;
        }
    }

    /// <summary>True once <see cref="Close"/> was called.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
                return _closed;
        }
    }

    /// <summary>How long the last connection lasted; null before the first has ended.</summary>
    public TimeSpan? LastLasted
    {
        get
        {
            lock (_gate)
                return _lastLasted;
        }
    }

    /// <summary>Completes when there is no connection.</summary>
    public Task Vacant
    {
        get
        {
            lock (_gate)
                return _vacant.Task;
        }
    }

    /// <summary>Starts a series of dials, which `series` cancels. False when there is a connection already, or never will be again.</summary>
    public bool TryBeginDial(CancellationTokenSource series)
    {
        lock (_gate)
        {
            if (_current is not null || _closed)
                return false;
            _dial = series;
            return true;
        }
    }

    /// <summary>An own dial is authenticated and wants to send its Hello. False when an inbound connection was admitted meanwhile.</summary>
    public bool TryGreet(CancellationTokenSource series, LinkConnection connection)
    {
        lock (_gate)
        {
            if (_dial != series || series.IsCancellationRequested)
                return false;
            _greeting = connection;
            return true;
        }
    }

    /// <summary>The peer's Hello came and fits. Called under the connection's gate, so it calls nobody: the connection does the rest in <see cref="LinkConnection.AttachAsync"/>.</summary>
    /// <returns>Null if the connection has the place now, else why it is refused.</returns>
    public (CloseReason Reason, string Text)? Admit(LinkConnection connection)
    {
        lock (_gate)
        {
            if (_closed)
                return (CloseReason.Shutdown, "The gateway stops.");
            if (connection.Initiator ? _greeting != connection : _greeting is not null && IsLower(connection.Transport))
                return (CloseReason.SimultaneousOpen, CrossedText);
            connection.Predecessor = _current;
            if (!connection.Initiator)
            {
                (connection.DisplacedDial, _dial) = (_dial, null);
                connection.DisplacedGreeting = _greeting;
            }

            _greeting = null;
            _current = connection;
            if (_vacant.Task.IsCompleted)
                _vacant = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return null;
        }
    }

    /// <summary>Nothing is admitted or dialled any more.</summary>
    public void Close()
    {
        CancellationTokenSource? series;
        lock (_gate)
        {
            _closed = true;
            series = _dial;
        }

        series?.Cancel();
    }

    /// <summary>The connection is over.</summary>
    public void Leave(LinkConnection connection)
    {
        lock (_gate)
        {
            if (_greeting == connection)
                _greeting = null;
            if (_current == connection)
            {
                _current = null;
                _lastLasted = connection.Age;
                _vacant.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        TaskCompletionSource completed = new();
        completed.SetResult();
        return completed;
    }

    private bool IsLower(TransportConnection inbound) => string.CompareOrdinal(ownFingerprint(), inbound.PeerFingerprint) < 0;
}
