using System.Diagnostics.Metrics;
using System.Text;
using Bridge.Gateway.Metrics;

namespace Bridge.Gateway.Tests.Metrics;

[Trait("Category", "Metrics")]
public sealed class MetricFamilyTests : IDisposable
{
    private readonly Meter _meter = new("test");

    [Fact]
    public void Write_Counter_EscapesLabelsAndHelp()
    {
        var family = MetricFamily.Of(_meter.CreateCounter<long>("a.b", "By", "one\\two\nthree"));

        family.Record(1, [new("device", "d"), new("name", "quote\" back\\ line\nend")]);
        family.Record(2, [new("device", "d"), new("name", "quote\" back\\ line\nend")]);
        family.Record(0.5, []);

        Assert.Equal(
            """
            # HELP a_b_bytes_total one\\two\nthree
            # TYPE a_b_bytes_total counter
            a_b_bytes_total 0.5
            a_b_bytes_total{device="d",name="quote\" back\\ line\nend"} 3

            """,
            Written(family));
    }

    [Fact]
    public void Write_ObservableGauge_ForgetsWhatIsNotSaidAnew()
    {
        var family = MetricFamily.Of(_meter.CreateObservableGauge("g", () => 1L));
        family.Record(1, [new("link", "gone")]);

        family.Begin();
        family.Record(double.PositiveInfinity, [new("link", "here")]);

        Assert.Equal("# HELP g \n# TYPE g gauge\ng{link=\"here\"} +Inf\n", Written(family));
    }

    [Fact]
    public void Write_Histogram_AddsUpItsBuckets()
    {
        var family = MetricFamily.Of(_meter.CreateHistogram("h", "s", "", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1e-6, 0.5] }));

        foreach (double value in new[] { 1e-6, 0.25, 0.5, 2 })
            family.Record(value, [new("device", "d")]);

        Assert.Equal(
            """
            # HELP h_seconds 
            # TYPE h_seconds histogram
            h_seconds_bucket{device="d",le="1e-06"} 1
            h_seconds_bucket{device="d",le="0.5"} 3
            h_seconds_bucket{device="d",le="+Inf"} 4
            h_seconds_sum{device="d"} 2.750001
            h_seconds_count{device="d"} 4

            """,
            Written(family));
    }

    [Fact]
    public void Record_HistogramThatKnowsTheSeries_AllocatesNothing()
    {
        var family = MetricFamily.Of(_meter.CreateHistogram("h", "s", "", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1e-6, 0.5] }));
        object device = "d";
        Record(family, device, 1000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Record(family, device, 1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Of_ThreadPoolQueue_IsAGauge() =>
        Assert.Contains("# TYPE dotnet_thread_pool_queue_length gauge", Written(MetricFamily.Of(_meter.CreateObservableCounter("dotnet.thread_pool.queue.length", () => 1L))), StringComparison.Ordinal);

    public void Dispose() => _meter.Dispose();

    private static void Record(MetricFamily family, object device, int times)
    {
        for (int i = 0; i < times; i++)
            family.Record(0.1, [new("device", device)]);
    }

    private static string Written(MetricFamily family)
    {
        StringBuilder text = new();
        family.Write(text);
        return text.ToString();
    }
}
