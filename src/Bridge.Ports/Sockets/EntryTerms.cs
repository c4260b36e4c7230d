namespace Bridge.Ports.Sockets;

/// <summary>How a socket deals with the applications that come and go.</summary>
/// <param name="Peers">Applications that may be there at once, 1..128, each with a peer of its own. More than one makes sense for services only.</param>
/// <param name="Takeover">Who connects while all places are taken takes the oldest application's conversation over; else it cannot connect.</param>
/// <param name="Grace">How long address, peer and waiting messages are kept for an application that has gone; zero: not at all. At most a day.</param>
/// <param name="Permanent">A service only: it is announced whether an application is there or not, and what comes waits for one.</param>
public sealed record EntryTerms(int Peers = 1, bool Takeover = false, TimeSpan Grace = default, bool Permanent = false)
{
    /// <summary>Largest <see cref="Peers"/>, and the most peers that one application with an addressed stream can have.</summary>
    public const int MaximumPeers = 128;

    /// <summary>Largest <see cref="Grace"/>.</summary>
    public static readonly TimeSpan MaximumGrace = TimeSpan.FromDays(1);

    /// <summary>Everything that is wrong, one sentence each.</summary>
    /// <param name="what">Of what: begins each sentence.</param>
    internal IEnumerable<string> FindErrors(string what)
    {
        if (Peers is < 1 or > MaximumPeers)
        {
            yield return $"{what}: {Peers} peers are not 1..{MaximumPeers}";
        }

        if (Grace < TimeSpan.Zero || Grace > MaximumGrace)
        {
            yield return $"{what}: a grace time of {Grace.TotalSeconds} s is not 0..{MaximumGrace.TotalSeconds}";
        }
    }
}
