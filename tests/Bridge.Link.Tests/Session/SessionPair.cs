namespace Bridge.Link.Tests;

/// <summary>Two sessions in one thread with virtual time; bytes move only when a test says so.</summary>
internal sealed class SessionPair
{
    public SessionPair(
        IReadOnlyList<LaneRegistration> initiatorDevices,
        IReadOnlyList<LaneRegistration> acceptorDevices,
        Func<SessionOptions, SessionOptions>? changeInitiator = null,
        ConnectionCounter? initiatorCounter = null,
        ConnectionCounter? acceptorCounter = null)
    {
        SessionOptions initiator = new() { Gateway = "alpha", Instance = 1 };
        Initiator = new SessionEnd(new LinkSession(changeInitiator?.Invoke(initiator) ?? initiator, initiatorDevices, initiator: true, initiatorCounter ?? new ConnectionCounter(), Now));
        Acceptor = new SessionEnd(new LinkSession(new SessionOptions { Gateway = "beta", Instance = 2 }, acceptorDevices, initiator: false, acceptorCounter ?? new ConnectionCounter(), Now));
    }

    public TimeSpan Now { get; private set; } = TimeSpan.FromHours(1);

    public SessionEnd Initiator { get; }

    public SessionEnd Acceptor { get; }

    /// <summary>Moves everything both ways, in pieces of `piece` bytes, until both are quiet.</summary>
    public void Exchange(int piece = int.MaxValue)
    {
        while (Initiator.MoveTo(Acceptor, piece, Now) | Acceptor.MoveTo(Initiator, piece, Now))
        {
        }
    }

    public void Advance(TimeSpan by)
    {
        Now += by;
        Initiator.Session.Tick(Now);
        Acceptor.Session.Tick(Now);
    }
}
