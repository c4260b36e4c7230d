using Bridge.Gateway.Bench;

namespace Bridge.Gateway.Tests.Bench;

/// <summary>Percentiles against a sorted list, over the whole range.</summary>
public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_OfRandomValues_AreWithinOnePercentAboveThoseOfASortedList(int seed)
    {
        Random random = new(seed);
        // From 100 ns to 1000 s, evenly in their logarithm.
        TimeSpan[] values = [.. Enumerable.Range(0, 5000).Select(_ => TimeSpan.FromTicks((long)Math.Pow(10, 10 * random.NextDouble())))];
        LatencyHistogram histogram = new();
        foreach (TimeSpan value in values)
            histogram.Add(value);
        TimeSpan[] sorted = [.. values.Order()];

        foreach (double percent in new[] { 0, 1, 10, 50, 90, 99, 99.9, 100 })
        {
            TimeSpan exact = sorted[Math.Max(0, (int)Math.Ceiling(percent / 100 * sorted.Length) - 1)], found = histogram.Percentile(percent);
            Assert.True(found >= exact && found <= exact * 1.01 + TimeSpan.FromTicks(1), $"seed {seed}: p{percent} is {exact}, the histogram says {found}");
        }

        Assert.Equal((sorted[0], sorted[^1], values.Length), (histogram.Smallest, histogram.Largest, histogram.Count));
        Assert.Equal(values.Average(value => value.Ticks), histogram.Mean.Ticks, 1.0);
    }

    [Fact]
    public void Empty_Percentiles_AreZero()
    {
        LatencyHistogram histogram = new();

        Assert.Equal((0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), (histogram.Count, histogram.Percentile(99), histogram.Smallest, histogram.Mean));
    }

    [Fact]
    public void Add_AnotherHistogram_IsAsIfItsValuesHadBeenAdded()
    {
        LatencyHistogram first = new(), second = new();
        first.Add(TimeSpan.FromMicroseconds(10));
        second.Add(TimeSpan.FromMicroseconds(30));
        second.Add(TimeSpan.FromHours(5));

        first.Add(second);

        Assert.Equal((3, TimeSpan.FromMicroseconds(10), TimeSpan.FromHours(1)), (first.Count, first.Smallest, first.Largest));
        Assert.InRange(first.Percentile(50).TotalMicroseconds, 30, 30.3);
    }

    [Fact]
    public void Clear_AfterValues_IsEmptyAgain()
    {
        LatencyHistogram histogram = new();
        histogram.Add(TimeSpan.FromSeconds(1));
        histogram.Clear();
        histogram.Add(TimeSpan.FromMilliseconds(1));

        Assert.Equal((1, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)), (histogram.Count, histogram.Smallest, histogram.Largest));
    }

    [Fact]
    public void Add_AfterTheFirst_AllocatesNothing()
    {
        LatencyHistogram histogram = new();
        Fill(histogram);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill(histogram);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2000, histogram.Count);
    }

    private static void Fill(LatencyHistogram histogram)
    {
        for (int i = 0; i < 1000; i++)
            histogram.Add(TimeSpan.FromTicks(i * 37));
    }
}
