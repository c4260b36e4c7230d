using Bridge.Gateway.Composition;
using Bridge.Gateway.Metrics;
using Bridge.Ports.Sockets;
using Bridge.Ports.VhostUser;
using Bridge.Relay;
using Bridge.Rpmsg;

namespace Bridge.Gateway.Tests.Metrics;

[Trait("Category", "Metrics")]
public sealed class CounterFamiliesTests
{
    private static readonly string[] All = [.. new[]
    {
        DeviceCounters.Read(("relay", new RelayCounters()), ("port", new SocketsCounters()), ("bus", new RpmsgCounters())),
        DeviceCounters.Read(("relay", new RelayCounters()), ("port", new VhostUserCounters())),
        DeviceCounters.Read(("relay", new RelayCounters()), ("port", new VhostUserDeviceCounters())),
    }.SelectMany(counters => counters.Keys).Distinct()];

    [Fact]
    public void Names_InTheTables_AreCounters() => Assert.All(
        CounterFamilies.Dropped.Keys.Concat(CounterFamilies.UndeliveredCounters).Concat(CounterFamilies.FaultCounters).Concat(CounterFamilies.ShownCounters),
        name => Assert.Contains(name, All));

    [Fact]
    public void Counter_OfAnySet_IsShownOnce() => Assert.All(All, name => Assert.Equal(
        1,
        (CounterFamilies.Dropped.ContainsKey(name) ? 1 : 0) + (CounterFamilies.Undelivered(name) is null ? 0 : 1) + (CounterFamilies.Fault(name) is null ? 0 : 1)
            + (CounterFamilies.Event(name) is null ? 0 : 1) + (CounterFamilies.ShownCounters.Contains(name) ? 1 : 0)));

    [Fact]
    public void Labels_AreSnakeCase()
    {
        Assert.Equal("too_long", CounterFamilies.Undelivered("port.tooLong"));
        Assert.Equal("bus_short_header", CounterFamilies.Fault("bus.shortHeader"));
        Assert.Equal("relay_sent_again", CounterFamilies.Event("relay.sentAgain"));
    }
}
