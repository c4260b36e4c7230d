using Bridge.Link;
using Bridge.Relay.Tests.Simulation;

namespace Bridge.Relay.Tests;

/// <summary>How soon data flows again: counted from the completed handshake, within one round trip (issue: plus 200 ms, which nothing here needs). Virtual time, so this is the protocol's own share.</summary>
[Trait("Category", "Resume")]
public sealed class ResumeLatencyTests
{
    private const string Device = "one";

    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(20), Step = TimeSpan.FromMicroseconds(50);

    // The hands that pass a frame on inside each gateway; no wire among them.
    private static readonly TimeSpan Hands = 10 * Step;

    private readonly VirtualTime _time = new();
    private readonly Random _random = new(1);
    private readonly SimulatedGateway _a = new("a", 1), _b = new("b", 2);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Connection_ComesBackAfterAnOutage_BringsTheFirstMessageWithinOneRoundTrip(int streams)
    {
        using SimulatedPair pair = new(Device, _random, _time, new Journal());
        _a.Add(Device, LaneRole.Driver, pair.DriverRelay);
        _b.Add(Device, LaneRole.Device, pair.DeviceRelay);
        (SimulatedEndpoint a, SimulatedEndpoint b) = Connect(streams);
        (pair.Driver.Allowed, pair.Device.Allowed) = (1, 1);
        Until(() => pair.Done, a, b, pair);
        a.End();
        b.End();

        // Said during the outage, both ways.
        (pair.Driver.Allowed, pair.Device.Allowed) = (2, 2);
        Turn(a, b, pair);
        (a, b) = Connect(streams);
        Until(() => a.Established && b.Established, a, b, pair);
        TimeSpan established = _time.Now;
        Until(() => pair.Device.Received == 2, a, b, pair);
        TimeSpan there = _time.Now - established;
        Until(() => pair.Driver.Received == 2, a, b, pair);
        TimeSpan back = _time.Now - established;

        Assert.Null(pair.Error);
        Assert.True(there <= 2 * OneWay + Hands && back <= 2 * OneWay + Hands, $"there after {there.TotalMilliseconds} ms, back after {back.TotalMilliseconds} ms; a round trip takes {2 * OneWay.TotalMilliseconds} ms");
    }

    private (SimulatedEndpoint A, SimulatedEndpoint B) Connect(int streams)
    {
        SimulatedStream[] to = Wires(streams), from = Wires(streams);
        return (new SimulatedEndpoint(_a, initiator: true, _time, from, to), new SimulatedEndpoint(_b, initiator: false, _time, to, from));
    }

    private SimulatedStream[] Wires(int streams) => [.. Enumerable.Range(0, streams).Select(_ => new SimulatedStream(_random, _time, OneWay))];

    private void Until(Func<bool> reached, SimulatedEndpoint a, SimulatedEndpoint b, SimulatedPair pair)
    {
        for (int turns = 0; !reached(); turns++)
        {
            Assert.True(turns < 100_000, $"never came: {pair}");
            Turn(a, b, pair);
        }
    }

    private void Turn(SimulatedEndpoint a, SimulatedEndpoint b, SimulatedPair pair)
    {
        _time.Advance(Step);
        a.Receive();
        b.Receive();
        pair.DriverRelay.Pump();
        pair.DeviceRelay.Pump();
        a.Send();
        b.Send();
    }
}
