namespace Bridge.Relay.Tests.Simulation;

/// <summary>One connection of the two gateways: an endpoint at each, and the streams between them.</summary>
internal sealed class SimulatedConnection
{
    private readonly Random _random;
    private readonly VirtualTime _time;
    private readonly SimulatedStream[] _to, _from;

    public SimulatedConnection(Random random, VirtualTime time, SimulatedGateway a, SimulatedGateway b, int streams)
    {
        (_random, _time) = (random, time);
        (_to, _from) = (MakeStreams(streams), MakeStreams(streams));
        bool aDials = random.Next(2) == 0;
        A = new SimulatedEndpoint(a, aDials, time, _from, _to);
        B = new SimulatedEndpoint(b, !aDials, time, _to, _from);
    }

    public SimulatedEndpoint A { get; }

    public SimulatedEndpoint B { get; }

    public bool IsCut { get; private set; }

    public bool Over => A.Ended && B.Ended;

    /// <summary>The connection is cut; each side notices at a time of its own.</summary>
    public void Cut(CutManner manner = CutManner.Reset)
    {
        IsCut = true;
        bool ofA = _random.Next(2) == 0;
        switch (manner)
        {
            case CutManner.Close:
                (ofA ? A : B).Close();
                return; // The peer reads that it is over, and Notice sees to the rest.
            case CutManner.OneDirection:
                foreach (SimulatedStream stream in ofA ? _from : _to)
                    stream.Cut();
                (ofA ? A : B).EndsAt ??= After(0, 20000);
                return;
            default:
                foreach (SimulatedStream stream in _to)
                    stream.Cut();
                foreach (SimulatedStream stream in _from)
                    stream.Cut();
                int latest = manner == CutManner.Silence ? 200000 : 20000;
                A.EndsAt ??= After(0, latest);
                B.EndsAt ??= After(0, latest);
                return;
        }
    }

    /// <summary>One bit of what is under way on one stream arrives wrong. False = nothing was under way there.</summary>
    public bool FlipBit()
    {
        SimulatedStream[] streams = [.. _to, .. _from];
        return streams[_random.Next(streams.Length)].FlipBit();
    }

    /// <summary>Ends the sides whose time has come; when one has ended, the other notices, if only by its keep-alive.</summary>
    public void Notice()
    {
        A.EndIfDue();
        B.EndIfDue();
        if (A.Ended == B.Ended)
            return;
        SimulatedEndpoint left = A.Ended ? B : A;
        left.EndsAt ??= After(3000, 20000);
    }

    private TimeSpan After(int least, int most) => _time.Now + TimeSpan.FromMicroseconds(_random.Next(least, most));

    private SimulatedStream[] MakeStreams(int count)
    {
        var streams = new SimulatedStream[count];
        for (int i = 0; i < count; i++)
            streams[i] = new SimulatedStream(_random, _time);
        return streams;
    }
}
