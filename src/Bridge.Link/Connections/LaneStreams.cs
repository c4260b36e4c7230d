using Bridge.Link.Transports;

namespace Bridge.Link.Connections;

/// <summary>The device lanes of one connection, their streams and pumps, and all readers.</summary>
internal sealed class LaneStreams(LinkConnection connection, TransportConnection transport, ConnectionSettings settings, FramePump mainPump, Action<Exception> failed)
{
    private readonly Lock _gate = new();
    private readonly List<Task> _readers = [];
    private readonly List<FramePump> _pumps = [];
    private ConnectionLane?[] _lanes = [];
    private IReadOnlyList<SessionLane> _agreed = [];
    private uint _number;
    private CancellationToken _teardown;

    /// <summary>Completes when the link's own stream has been read to its end.</summary>
    public Task LinkStreamEnded { get; private set; } = Task.CompletedTask;

    /// <summary>The devices whose lanes are up.</summary>
    public IReadOnlyList<string> UpNames
    {
        get
        {
            lock (_gate)
                return [.. _lanes.Where(lane => lane is { IsUp: true }).Select(lane => lane!.Device)];
        }
    }

    /// <summary>Starts the link stream's reader.</summary>
    /// <param name="reader">Reads the transport's main stream.</param>
    /// <param name="cancellation">Cancelled when the connection is torn down: gives up opening and accepting streams.</param>
    public void Read(LinkStreamReader reader, CancellationToken cancellation)
    {
        _teardown = cancellation;
        LinkStreamEnded = connection.ReadAsync(reader);
        Keep(LinkStreamEnded);
    }

    /// <summary>The hellos are exchanged: opens the lanes, or begins to accept them. The returned lanes are those of the link's own stream.</summary>
    /// <exception cref="IOException">A stream could not be opened.</exception>
    public async Task<ConnectionLane[]> OpenAsync(IReadOnlyList<SessionLane> sessionLanes, uint connectionNumber)
    {
        _agreed = sessionLanes;
        _number = connectionNumber;
        lock (_gate)
            _lanes = new ConnectionLane?[_agreed.Count];
        if (transport.Multiplexed)
            return [.. _agreed.Select(lane => BringUp(lane, mainPump))];
        if (connection.Initiator)
            await OpenStreamsAsync();
        else
            Keep(AcceptStreamsAsync());
        return [];
    }

    /// <summary>The stream's first frame says which lane it is.</summary>
    /// <exception cref="LinkProtocolException">That lane has its stream already.</exception>
    public ConnectionLane Claim(ushort lane, Stream stream)
    {
        lock (_gate)
        {
            // The parser has checked that the lane exists.
            if (_lanes[lane - 1] is not null)
                throw new LinkProtocolException(CloseReason.ProtocolViolation, $"The peer opened two streams for lane {lane}.");
        }

        return BringUp(_agreed[lane - 1], NewPump(stream));
    }

    /// <summary>Completes when every reader has ended. The transport must have been aborted and the token of <see cref="Read"/> cancelled.</summary>
    public async Task JoinAsync()
    {
        int joined = 0;
        while (true)
        {
            Task[] all;
            lock (_gate)
                all = [.. _readers];
            // Readers start readers: look again until no new one has come.
            if (joined == all.Length)
                break;
            joined = all.Length;
            await Task.WhenAll(all);
        }

        // No reader is left that could add one.
        foreach (FramePump pump in _pumps)
            await pump.StopAsync();
    }

    /// <summary>After all readers have been joined.</summary>
    public void Down()
    {
        foreach (ConnectionLane? lane in _lanes)
        {
            try
            {
                lane?.Down();
            }
            catch (Exception e)
            {
                // The other lanes must hear it all the same.
                LinkLog.Defect(settings.Log, settings.Link, e);
            }
        }
    }

    private async Task OpenStreamsAsync()
    {
        using CancellationTokenSource limit = Limit();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _teardown);
        foreach (SessionLane lane in _agreed)
        {
            Stream stream = await transport.OpenLaneAsync(either.Token);
            ConnectionLane up = BringUp(lane, NewPump(stream));
            Keep(connection.ReadAsync(new LaneStreamReader(stream, NewParser(), up, connection, settings.Traffic)));
        }
    }

    private async Task AcceptStreamsAsync()
    {
        using CancellationTokenSource limit = Limit();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _teardown);
        try
        {
            for (int i = 0; i < _agreed.Count; i++)
            {
                Stream stream = await transport.AcceptLaneAsync(either.Token);
                Keep(connection.ReadAsync(new LaneStreamReader(stream, NewParser(), null, connection, settings.Traffic)));
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            connection.RequestClose(CloseReason.ProtocolViolation, $"The peer did not open its {_agreed.Count} lanes within {settings.Session.HelloTimeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (TransportFaults.Is(e))
        {
            failed(e);
        }
    }

    private CancellationTokenSource Limit() => new(settings.Session.HelloTimeout, settings.Time);

    private FrameParser NewParser()
    {
        FrameParser parser = new();
        parser.Join(_number, _agreed.Count);
        return parser;
    }

    private FramePump NewPump(Stream stream)
    {
        FramePump pump = new(stream, control: null, settings.Traffic, failed);
        lock (_gate)
            _pumps.Add(pump);
        return pump;
    }

    private ConnectionLane BringUp(SessionLane sessionLane, FramePump pump)
    {
        ConnectionLane lane = new(sessionLane);
        pump.Add(lane.Output);
        lock (_gate)
            _lanes[lane.Number - 1] = lane;
        lane.Up();
        return lane;
    }

    private void Keep(Task reader)
    {
        lock (_gate)
            _readers.Add(reader);
    }
}
