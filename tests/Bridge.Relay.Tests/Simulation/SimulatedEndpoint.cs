using Bridge.Link;

namespace Bridge.Relay.Tests.Simulation;

/// <summary>One gateway's end of one connection: the real session, the real parsers, the real lane outputs; only the wire is simulated.</summary>
internal sealed class SimulatedEndpoint
{
    // One frame and a little more, and less than what the garbage collector calls a large object.
    private const int OutputCapacity = FrameHeader.MaximumFrame + (16 << 10);

    private readonly SimulatedGateway _gateway;
    private readonly VirtualTime _time;
    private readonly SimulatedStream[] _in, _out;
    private readonly FrameParser[] _parsers;
    private readonly List<(byte[] Bytes, int Stream)> _early = [];
    private readonly List<(LaneOutput Output, Relay Relay)> _lanes = [];

    public SimulatedEndpoint(SimulatedGateway gateway, bool initiator, VirtualTime time, SimulatedStream[] receive, SimulatedStream[] send)
    {
        (_gateway, _time, _in, _out) = (gateway, time, receive, send);
        _parsers = [.. receive.Select(_ => new FrameParser())];
        Session = new LinkSession(gateway.Options, gateway.Registrations, initiator, gateway.Counter, time.Now);
    }

    public LinkSession Session { get; }

    public bool Ended { get; private set; }

    public bool Established { get; private set; }

    /// <summary>When this side notices that the connection is gone; null while it is not.</summary>
    public TimeSpan? EndsAt { get; set; }

    private bool Multiplexed => _in.Length == 1;

    /// <summary>Gives the wire what is sealed, unless the transport is "busy" just now.</summary>
    public void Send()
    {
        if (Ended)
            return;
        SendOne(Session.Control, 0);
        foreach ((LaneOutput output, Relay relay) in _lanes)
        {
            if (relay.TakeFlush())
                SendOne(output, Multiplexed ? 0 : output.Lane);
        }
    }

    private void SendOne(LaneOutput output, int stream)
    {
        if (!output.TryTake(out ReadOnlyMemory<byte> bytes))
            return;
        _out[stream].Send(bytes.Span);
        output.Release();
    }

    public void Receive()
    {
        if (Ended)
            return;
        for (int stream = 0; stream < _in.Length; stream++)
        {
            while (!Ended && _in[stream].TryReceive(out byte[] bytes))
            {
                if (stream > 0 && !Established)
                    _early.Add((bytes, stream));
                else
                    Feed(stream, bytes);
            }
        }

        if (Session.State == SessionState.Closed || Session.State == SessionState.Closing)
            End();
    }

    private void Feed(int stream, ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!Ended && Session.State < SessionState.Closing && _parsers[stream].TryRead(ref bytes, out FrameHeader header, out ReadOnlySpan<byte> payload))
            {
                if (Session.OnFrame(header, payload, _time.Now))
                    _lanes[header.Lane - 1].Relay.Receive(header, payload);
                if (Session.State == SessionState.Established && !Established)
                    Establish();
            }
        }
        catch (LinkProtocolException fault)
        {
            _gateway.Faults.Add(fault);
            Session.Close(fault.Reason, fault.Message, _time.Now);
            Send();
            End();
        }
    }

    private void Establish()
    {
        Established = true;
        if (!_gateway.Replace(this))
        {
            End();
            return;
        }

        foreach (FrameParser parser in _parsers)
            parser.Join(Session.Connection, Session.Lanes.Count);
        foreach (SessionLane lane in Session.Lanes)
        {
            Relay relay = _gateway.Relays[lane.Registration.Device];
            LaneOutput output = lane.CreateOutput(OutputCapacity);
            _lanes.Add((output, relay));
            relay.LaneUp(output);
        }

        foreach ((byte[] early, int stream) in _early)
            Feed(stream, early);
    }

    public void Tick()
    {
        if (!Ended)
            Session.Tick(_time.Now);
    }

    public void EndIfDue()
    {
        if (EndsAt <= _time.Now)
            End();
    }

    /// <summary>This side ends the connection in good order.</summary>
    public void Close()
    {
        if (Ended)
            return;
        Session.Close(CloseReason.Shutdown, "cut", _time.Now);
        Send();
        End();
    }

    /// <summary>This side notices that the connection is gone.</summary>
    public void End()
    {
        if (Ended)
            return;
        Ended = true;
        Session.OnTransportEnded("cut");
        foreach ((LaneOutput _, Relay relay) in _lanes)
            relay.LaneDown();
        _gateway.Ended(this);
    }
}
