namespace Bridge.Linux.Tests;

public sealed class PollerTests : IDisposable
{
    private readonly Poller _poller = new(batch: 4);
    private readonly PollEvent[] _ready = new PollEvent[4];
    private readonly SocketPair _pair = new();

    public void Dispose()
    {
        _pair.Dispose();
        _poller.Dispose();
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(1L)]
    [InlineData(0x0123_4567_89AB_CDEFL)]
    [InlineData(-1L)]
    public void Wait_SomethingToReceive_ReportsItsWholeKey(long key)
    {
        _poller.Add(_pair.Ours.Descriptor, key, PollEvents.In, once: false);
        _pair.Application.Send([1]);

        Assert.Equal(1, _poller.Wait(_ready, TimeSpan.Zero));
        Assert.Equal(new PollEvent(key, PollEvents.In), _ready[0]);
    }

    [Fact]
    public void Wait_FractionOfAMillisecond_ReportsWhatIsReadyAndEndsWithoutIt()
    {
        TimeSpan fraction = TimeSpan.FromMicroseconds(250);
        _poller.Add(_pair.Ours.Descriptor, 1, PollEvents.In, once: true);
        Assert.Equal(0, _poller.Wait(_ready, fraction));
        _pair.Application.Send([1]);

        Assert.Equal(1, _poller.Wait(_ready, fraction));
        Assert.Equal(0, _poller.Wait(_ready, fraction));
    }

    [Fact]
    public void Wait_SeveralReady_ReportsAll()
    {
        using SocketPair other = new();
        _poller.Add(_pair.Ours.Descriptor, 1, PollEvents.In, once: false);
        _poller.Add(_pair.Application.Descriptor, 2, PollEvents.Out, once: false);
        _poller.Add(other.Ours.Descriptor, 3, PollEvents.In, once: false);
        _pair.Application.Send([1]);
        other.Application.Send([1]);

        int count = _poller.Wait(_ready, TimeSpan.Zero);

        Assert.Equal([1L, 2L, 3L], _ready[..count].Select(r => r.Key).Order());
    }

    [Fact]
    public void Wait_LevelTriggered_ReportsUntilReceived()
    {
        _poller.Add(_pair.Ours.Descriptor, 1, PollEvents.In, once: false);
        _pair.Application.Send([1]);

        Assert.Equal(1, _poller.Wait(_ready, TimeSpan.Zero));
        Assert.Equal(1, _poller.Wait(_ready, TimeSpan.Zero));
        _pair.Ours.Receive(new byte[1], out _);
        Assert.Equal(0, _poller.Wait(_ready, TimeSpan.Zero));
    }

    [Fact]
    public void Wait_Once_SleepsUntilModify()
    {
        _poller.Add(_pair.Ours.Descriptor, 1, PollEvents.In, once: true);
        _pair.Application.Send([1]);

        Assert.Equal(1, _poller.Wait(_ready, TimeSpan.Zero));
        Assert.Equal(0, _poller.Wait(_ready, TimeSpan.Zero));
        _poller.Modify(_pair.Ours.Descriptor, 2, PollEvents.In, once: true);
        Assert.Equal(1, _poller.Wait(_ready, TimeSpan.Zero));
        Assert.Equal(2, _ready[0].Key);
    }

    [Fact]
    public void Wait_OtherEndClosed_ReportsHangUpUnasked()
    {
        _poller.Add(_pair.Ours.Descriptor, 1, PollEvents.None, once: true);
        Assert.Equal(0, _poller.Wait(_ready, TimeSpan.Zero));

        _pair.Application.Dispose();

        Assert.Equal(1, _poller.Wait(_ready, TimeSpan.Zero));
        Assert.Equal(PollEvents.HangUp, _ready[0].Events & PollEvents.HangUp);
    }

    [Fact]
    public void Wait_OtherEndWillSendNoMore_IsNoHangUp()
    {
        _poller.Add(_pair.Ours.Descriptor, 1, PollEvents.ReadHangUp, once: false);

        _pair.Application.Shutdown(ShutdownDirection.Send);

        Assert.Equal(1, _poller.Wait(_ready, TimeSpan.Zero));
        Assert.Equal(PollEvents.ReadHangUp, _ready[0].Events);
    }

    [Fact]
    public void Wait_Removed_IsNotReported()
    {
        _poller.Add(_pair.Ours.Descriptor, 1, PollEvents.In, once: false);
        _pair.Application.Send([1]);

        _poller.Remove(_pair.Ours.Descriptor);

        Assert.Equal(0, _poller.Wait(_ready, TimeSpan.Zero));
    }

    [Fact]
    public void Wake_Before_MakesTheNextWaitReturn()
    {
        _poller.Wake();
        _poller.Wake();

        Assert.Equal(0, _poller.Wait(_ready, Timeout.InfiniteTimeSpan));
        // Taken: nothing is left to be seen.
        Assert.Equal(0, _poller.Wait(_ready, TimeSpan.Zero));
    }

    [Fact]
    public async Task Wake_WhileWaiting_MakesItReturn()
    {
        using SemaphoreSlim begun = new(0);
        Task waiting = Task.Factory.StartNew(
            () =>
            {
                begun.Release();
                _poller.Wait(_ready, Timeout.InfiniteTimeSpan);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(10)));

        _poller.Wake();

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Add_Twice_Throws()
    {
        _poller.Add(_pair.Ours.Descriptor, 1, PollEvents.In, once: false);

        Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxException>(() => _poller.Add(_pair.Ours.Descriptor, 2, PollEvents.In, once: false)).Errno);
    }

    [Fact]
    public void Wait_Many_AllocatesNothing()
    {
        _poller.Add(_pair.Ours.Descriptor, 1, PollEvents.In, once: true);
        _pair.Application.Send([1]);
        int seen = 0;
        Turn();
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1000; i++)
        {
            Turn();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1001, seen);

        void Turn()
        {
            seen += _poller.Wait(_ready, TimeSpan.Zero);
            _poller.Modify(_pair.Ours.Descriptor, 1, PollEvents.In, once: true);
            _poller.Wake();
        }
    }
}
