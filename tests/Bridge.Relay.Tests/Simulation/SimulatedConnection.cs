namespace Bridge.Relay.Tests.Simulation;

/// <summary>One connection of the two gateways: an endpoint at each, and the streams between them.</summary>
internal sealed class SimulatedConnection
{
    private readonly Random _random;
    private readonly VirtualTime _time;
    private readonly SimulatedStream[] _streams;

    public SimulatedConnection(Random random, VirtualTime time, SimulatedGateway a, SimulatedGateway b, int streams)
    {
        (_random, _time) = (random, time);
        SimulatedStream[] to = MakeStreams(streams), from = MakeStreams(streams);
        _streams = [.. to, .. from];
        bool aDials = random.Next(2) == 0;
        A = new SimulatedEndpoint(a, aDials, time, from, to);
        B = new SimulatedEndpoint(b, !aDials, time, to, from);
    }

    public SimulatedEndpoint A { get; }

    public SimulatedEndpoint B { get; }

    public bool IsCut { get; private set; }

    public bool Over => A.Ended && B.Ended;

    /// <summary>All streams are cut; each side notices at a time of its own.</summary>
    public void Cut()
    {
        IsCut = true;
        foreach (SimulatedStream stream in _streams)
            stream.Cut();
        A.EndsAt ??= _time.Now + TimeSpan.FromMicroseconds(_random.Next(0, 20000));
        B.EndsAt ??= _time.Now + TimeSpan.FromMicroseconds(_random.Next(0, 20000));
    }

    /// <summary>One bit of what is under way on one stream arrives wrong. False = nothing was under way there.</summary>
    public bool FlipBit() => _streams[_random.Next(_streams.Length)].FlipBit();

    /// <summary>Ends the sides whose time has come; when one has ended, the other notices, if only by its keep-alive.</summary>
    public void Notice()
    {
        A.EndIfDue();
        B.EndIfDue();
        if (A.Ended == B.Ended)
            return;
        SimulatedEndpoint left = A.Ended ? B : A;
        left.EndsAt ??= _time.Now + TimeSpan.FromMicroseconds(_random.Next(3000, 20000));
    }

    private SimulatedStream[] MakeStreams(int count)
    {
        var streams = new SimulatedStream[count];
        for (int i = 0; i < count; i++)
            streams[i] = new SimulatedStream(_random, _time);
        return streams;
    }
}
