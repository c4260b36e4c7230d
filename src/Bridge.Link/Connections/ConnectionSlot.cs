using Bridge.Link.Transports;

namespace Bridge.Link.Connections;

/// <summary>The place of a link's one current connection: which connection may have it, when both sides may dial.</summary>
/// <remarks>
/// The rule for two dials that cross: the side with the lower fingerprint refuses the inbound one while its own dial waits for the hello's answer;
/// the other side drops its own dial when the inbound hello comes. It cannot lose both: once an inbound connection is admitted, the own dial's Hello is
/// never sent (<see cref="TryGreet"/>), so a peer that sees an inbound Hello knows that its sender has admitted nothing else since.
/// </remarks>
internal sealed class ConnectionSlot(string ownFingerprint)
{
    private readonly Lock gate = new();
    private LinkConnection? current;
    private LinkConnection? greeting;
    private CancellationTokenSource? dial;
    private TaskCompletionSource vacant = Completed();
    private bool closed;

    /// <summary>The admitted connection, if any.</summary>
    public LinkConnection? Current
    {
        get
        {
            lock (gate)
                return current;
        }
    }

    /// <summary>True once <see cref="Close"/> was called.</summary>
    public bool IsClosed
    {
        get
        {
            lock (gate)
                return closed;
        }
    }

    /// <summary>Completes when there is no connection.</summary>
    public Task Vacant
    {
        get
        {
            lock (gate)
                return vacant.Task;
        }
    }

    /// <summary>Starts a series of dials, which `series` cancels. False when there is a connection already, or never will be again.</summary>
    public bool TryBeginDial(CancellationTokenSource series)
    {
        lock (gate)
        {
            if (current is not null || closed)
                return false;
            dial = series;
            return true;
        }
    }

    /// <summary>An own dial is authenticated and wants to send its Hello. False when an inbound connection was admitted meanwhile.</summary>
    public bool TryGreet(CancellationTokenSource series, LinkConnection connection)
    {
        lock (gate)
        {
            if (dial != series || series.IsCancellationRequested)
                return false;
            greeting = connection;
            return true;
        }
    }

    /// <summary>The peer's Hello came and fits. Called under the connection's gate, so it calls nobody: the connection does the rest in <see cref="LinkConnection.AttachAsync"/>.</summary>
    /// <returns>Null if the connection has the place now, else why it is refused.</returns>
    public (CloseReason Reason, string Text)? Admit(LinkConnection connection)
    {
        lock (gate)
        {
            if (closed)
                return (CloseReason.Shutdown, "The gateway stops.");
            if (connection.Initiator ? greeting != connection : greeting is not null && IsLower(connection.Transport))
                return (CloseReason.SimultaneousOpen, "Both gateways dialled at once; the other connection is used.");
            connection.Predecessor = current;
            if (!connection.Initiator)
            {
                (connection.DisplacedDial, dial) = (dial, null);
                connection.DisplacedGreeting = greeting;
            }

            greeting = null;
            current = connection;
            if (vacant.Task.IsCompleted)
                vacant = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return null;
        }
    }

    /// <summary>Nothing is admitted or dialled any more.</summary>
    public void Close()
    {
        CancellationTokenSource? series;
        lock (gate)
        {
            closed = true;
            series = dial;
        }

        series?.Cancel();
    }

    /// <summary>The connection is over.</summary>
    public void Leave(LinkConnection connection)
    {
        lock (gate)
        {
            if (greeting == connection)
                greeting = null;
            if (current == connection)
            {
                current = null;
                vacant.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        TaskCompletionSource completed = new();
        completed.SetResult();
        return completed;
    }

    private bool IsLower(TransportConnection inbound) => string.CompareOrdinal(ownFingerprint, inbound.PeerFingerprint) < 0;
}
