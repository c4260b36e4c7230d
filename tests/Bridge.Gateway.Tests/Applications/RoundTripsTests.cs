using Bridge.Gateway.Applications;

namespace Bridge.Gateway.Tests.Applications;

public sealed class RoundTripsTests
{
    [Theory]
    [InlineData(50, 50)]
    [InlineData(99, 99)]
    [InlineData(100, 100)]
    [InlineData(0, 1)]
    public void Percentile_OfOneToAHundred_IsTheNearestRank(double percent, int microseconds)
    {
        RoundTrips trips = new();
        foreach (int i in Enumerable.Range(1, 100).Reverse())
        {
            trips.Add(TimeSpan.FromMicroseconds(i));
        }

        Assert.Equal(TimeSpan.FromMicroseconds(microseconds), trips.Percentile(percent));
    }

    [Fact]
    public void ToReport_WithoutAny_IsAbsent() => Assert.Null(new RoundTrips().ToReport());

    [Fact]
    public void ToReport_OfThree_HasAllFigures()
    {
        RoundTrips trips = new();
        trips.Add(TimeSpan.FromMicroseconds(10));
        trips.Add(TimeSpan.FromMicroseconds(40));
        trips.Add(TimeSpan.FromMicroseconds(20));

        Assert.Equal(new() { Min = 10, Avg = 23.3, Max = 40, P50 = 20, P99 = 40 }, trips.ToReport());
    }
}
