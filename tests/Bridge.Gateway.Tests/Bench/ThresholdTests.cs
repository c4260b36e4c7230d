using Bridge.Gateway.Bench;

namespace Bridge.Gateway.Tests.Bench;

/// <summary>Conditions against a run with echoes of 1, 2, ... 100 ms in ten seconds, 3 of 103 messages lost.</summary>
public sealed class ThresholdTests
{
    [Theory]
    [InlineData("p50<51ms", true)]
    [InlineData("p50 <= 49ms", false)]
    [InlineData("p99<0.1s", true)]
    [InlineData("p99.9 < 99000us", false)]
    [InlineData("max=100ms", true)]
    [InlineData("min>=1ms", true)]
    [InlineData("min>1ms", false)]
    [InlineData("mean<51ms", true)]
    [InlineData("rate>=10", true)]
    [InlineData("rate>10", false)]
    [InlineData("lost=0", false)]
    [InlineData("lost<4", true)]
    [InlineData("sent=103", true)]
    [InlineData("received>99", true)]
    [InlineData("corrupted=0", true)]
    public void Judge_ARun_SaysWhetherItHolds(string text, bool met)
    {
        Assert.True(Threshold.TryParse(text, out Threshold? threshold));
        BenchTotals totals = new() { Sent = 103, Lost = 3, Elapsed = TimeSpan.FromSeconds(10) };
        for (int i = 1; i <= 100; i++)
            totals.Latencies.Add(TimeSpan.FromMilliseconds(i));

        Assert.Equal((text, met), (threshold!.Judge(totals).Text, threshold.Judge(totals).Met));
    }

    [Fact]
    public void Judge_ALatencyOfNothing_DoesNotHold()
    {
        Assert.True(Threshold.TryParse("p99<1s", out Threshold? threshold));
        Assert.False(threshold!.Judge(new BenchTotals()).Met);
    }

    [Theory]
    [InlineData("")]
    [InlineData("p99")]
    [InlineData("p99<2")]
    [InlineData("p98<2ms")]
    [InlineData("lost=0ms")]
    [InlineData("lost==0")]
    [InlineData("rate>-1")]
    [InlineData("speed>1")]
    public void TryParse_WhatIsNoCondition_IsRefused(string text) => Assert.False(Threshold.TryParse(text, out _));
}
