using Bridge.Gateway.Metrics;

namespace Bridge.Gateway.Tests.Metrics;

[Trait("Category", "Metrics")]
public sealed class PrometheusNameTests
{
    [Theory]
    [InlineData("rpmsg_bridge.link.round_trip", "s", false, "rpmsg_bridge_link_round_trip_seconds")]
    [InlineData("rpmsg_bridge.link.traffic", "By", true, "rpmsg_bridge_link_traffic_bytes_total")]
    [InlineData("rpmsg_bridge.faults", "{fault}", true, "rpmsg_bridge_faults_total")]
    [InlineData("rpmsg_bridge.ready", "", false, "rpmsg_bridge_ready")]
    [InlineData("some.seconds", "s", false, "some_seconds")]
    [InlineData("dotnet.thread_pool.work_item.count", "{work_item}", true, "dotnet_thread_pool_work_items_total")]
    [InlineData("dotnet.timer.count", "{timer}", false, "dotnet_timers")]
    public void Of_Instrument_FollowsThePractice(string instrument, string unit, bool isCounter, string expected) =>
        Assert.Equal(expected, PrometheusName.Of(instrument, unit, isCounter));

    [Theory]
    [InlineData("gc.heap.generation", "gc_heap_generation")]
    [InlineData("device", "device")]
    public void Label_Tag_HasNoDots(string tag, string expected) => Assert.Equal(expected, PrometheusName.Label(tag));
}
