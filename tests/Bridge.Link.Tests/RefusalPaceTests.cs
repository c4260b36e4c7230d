namespace Bridge.Link.Tests;

public sealed class RefusalPaceTests
{
    private readonly ManualTime _time = new();
    private readonly List<long> _leftOut = [];

    [Fact]
    public void MayLog_MoreThanAFewPerSecond_AreCountedAndToldAtTheEnd()
    {
        using RefusalPace pace = new(_time, _leftOut.Add);
        Assert.Equal(RefusalPace.Lines, Scan(pace, 1000));
        Assert.Empty(_leftOut);

        _time.Advance(RefusalPace.Period);
        Assert.Equal([1000 - RefusalPace.Lines], _leftOut);

        Assert.Equal(RefusalPace.Lines, Scan(pace, 7));
        _time.Advance(RefusalPace.Period);
        Assert.Equal([1000 - RefusalPace.Lines, 7 - RefusalPace.Lines], _leftOut);
    }

    [Fact]
    public void MayLog_AFewNowAndThen_LeavesNothingOut()
    {
        using RefusalPace pace = new(_time, _leftOut.Add);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(RefusalPace.Lines, Scan(pace, RefusalPace.Lines));
            _time.Advance(RefusalPace.Period);
        }

        Assert.Empty(_leftOut);
    }

    [Fact]
    public void Dispose_InTheMiddleOfAPeriod_TellsWhatWasLeftOut()
    {
        RefusalPace pace = new(_time, _leftOut.Add);
        Scan(pace, RefusalPace.Lines + 2);
        pace.Dispose();
        Assert.Equal([2], _leftOut);
    }

    private static int Scan(RefusalPace pace, int connections) => Enumerable.Range(0, connections).Count(_ => pace.MayLog());
}
