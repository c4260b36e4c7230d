using Bridge.Gateway.Bench;

namespace Bridge.Gateway.Tests.Bench;

/// <summary>Load simulations as people write them, and when their messages are due.</summary>
public sealed class LoadTextTests
{
    [Theory]
    [InlineData("keep 8 for 30s", "keep 8 for 30s")]
    [InlineData("Keep 1..64 for 2m", "keep 1..64 for 120s")]
    [InlineData("keep 3", "keep 3")]
    [InlineData("inject 2000 for 500ms", "inject 2000 for 0.5s")]
    [InlineData("ramp 0..5000 for 1m", "inject 0..5000 for 60s")]
    [InlineData("inject 0.5 for 10 s", "inject 0.5 for 10s")]
    [InlineData(" pause for 5s ", "pause for 5s")]
    public void TryParse_WhatIsMeant_IsUnderstood(string text, string understood)
    {
        Assert.True(LoadText.TryParse(text, out LoadPhase? phase, out _));
        Assert.Equal(understood, phase!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("keep")]
    [InlineData("keep 0 for 1s")]
    [InlineData("keep 65537 for 1s")]
    [InlineData("keep 1..2")]
    [InlineData("inject 100")]
    [InlineData("inject -1 for 1s")]
    [InlineData("inject 10000001 for 1s")]
    [InlineData("inject 1e3 for 1s")]
    [InlineData("inject 5 for 0s")]
    [InlineData("inject 5 for 1441m")]
    [InlineData("pause")]
    [InlineData("pause 3 for 1s")]
    [InlineData("send 5 for 1s")]
    [InlineData("inject 5 for 1h")]
    public void TryParse_WhatIsNotMeant_IsRefusedWithASentence(string text)
    {
        Assert.False(LoadText.TryParse(text, out LoadPhase? phase, out string problem));
        Assert.Null(phase);
        Assert.Contains($"'{text}'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void DueOf_AConstantRate_IsEvery()
    {
        LoadPhase phase = new(LoadKind.Inject, 1000, 1000, TimeSpan.FromSeconds(2));

        Assert.Equal(2000, phase.Total);
        Assert.Equal([TimeSpan.Zero, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1999)], new long[] { 0, 1, 1999 }.Select(phase.DueOf));
    }

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(1000, 0)]
    [InlineData(200, 800)]
    public void DueOf_ARamp_SendsHalfTheRatesSumAndFollowsIt(double from, double to)
    {
        LoadPhase phase = new(LoadKind.Inject, from, to, TimeSpan.FromSeconds(10));
        TimeSpan[] due = [.. Enumerable.Range(0, (int)phase.Total!.Value).Select(i => phase.DueOf(i))];

        Assert.Equal((long)(5 * (from + to)), phase.Total);
        Assert.Equal(due.Order(), due);
        Assert.InRange(due[^1], TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(10));
        // In the middle second the rate is the mean of both.
        Assert.InRange(due.Count(at => at >= TimeSpan.FromSeconds(4.5) && at < TimeSpan.FromSeconds(5.5)), (from + to) / 2 - 2, (from + to) / 2 + 2);
    }

    [Fact]
    public void CopiesAt_ARamp_GrowsEvenly()
    {
        LoadPhase phase = new(LoadKind.Keep, 2, 10, TimeSpan.FromSeconds(8));

        Assert.Equal([2, 6, 10, 10], new[] { 0, 4, 8, 9 }.Select(second => phase.CopiesAt(TimeSpan.FromSeconds(second))));
    }
}
