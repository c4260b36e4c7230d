using Bridge.Relay.Tests.Rigs;

namespace Bridge.Relay.Tests;

/// <summary>One thread at a time does a device's work; whoever brings work while it is done is not lost, and nobody's thread is kept.</summary>
public sealed class DeviceTurnTests
{
    [Fact]
    public void Run_Idle_StepsOnceOnTheCallersThread()
    {
        var threads = new List<int>();
        var turn = new DeviceTurn(() =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            return false;
        });
        turn.Run();
        Assert.Equal([Environment.CurrentManagedThreadId], threads);
        turn.Run();
        Assert.Equal(2, threads.Count);
    }

    [Fact]
    public void Run_InsideTheStep_StepsOnceMoreAfterIt()
    {
        int steps = 0;
        bool inside = false;
        DeviceTurn? turn = null;
        turn = new DeviceTurn(() =>
        {
            Assert.False(inside, "a step inside a step");
            inside = true;
            if (++steps < 3)
            {
                turn!.Run();
                turn.Run(); // Two requests are one more round.
            }

            inside = false;
            return false;
        });
        turn.Run();
        Assert.Equal(3, steps);
    }

    [Fact]
    public async Task Run_FromManyThreads_IsAlwaysFollowedByAStepThatSeesItsWork()
    {
        const int Threads = 4, Works = 3000;
        long[] brought = new long[Threads * 16], seen = new long[Threads * 16]; // A cache line for each.
        int inside = 0, overlaps = 0;
        var turn = new DeviceTurn(() =>
        {
            if (Interlocked.Increment(ref inside) != 1)
                Interlocked.Increment(ref overlaps);
            for (int i = 0; i < brought.Length; i += 16)
                Volatile.Write(ref seen[i], Volatile.Read(ref brought[i]));
            Interlocked.Decrement(ref inside);
            return false;
        });
        Task[] bringers = [.. Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                for (int work = 1; work <= Works; work++)
                {
                    Volatile.Write(ref brought[thread * 16], work);
                    turn.Run();
                    // The step may be another thread's and still under way.
                    if (!SpinWait.SpinUntil(() => Volatile.Read(ref seen[thread * 16]) >= work, Bound.Wait))
                        return work;
                }

                return 0;
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        foreach (Task bringer in bringers)
            Assert.Equal(0, await ((Task<int>)bringer).Within());
        Assert.Equal(0, overlaps);
    }

    [Fact]
    public async Task Step_WithEndlessWork_GivesTheBorrowedThreadBack()
    {
        const int Steps = 200;
        int here = 0, steps = 0, caller = Environment.CurrentManagedThreadId;
        bool callerInside = true;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var turn = new DeviceTurn(() =>
        {
            if (Volatile.Read(ref callerInside) && Environment.CurrentManagedThreadId == caller)
                here++;
            if (++steps == Steps)
                done.SetResult();
            return steps < Steps;
        });
        turn.Run();
        Volatile.Write(ref callerInside, false);
        Assert.InRange(here, 1, 16);
        await done.Task.Within();
        Assert.Equal(Steps, steps);
    }

    [Fact]
    public async Task Run_WhileAnotherThreadSteps_DoesNotWait()
    {
        using var entered = new SemaphoreSlim(0);
        using var release = new SemaphoreSlim(0);
        int steps = 0;
        var turn = new DeviceTurn(() =>
        {
            if (Interlocked.Increment(ref steps) == 1)
            {
                entered.Release();
                Assert.True(release.Wait(Bound.Wait));
            }

            return false;
        });
        Task working = Task.Factory.StartNew(turn.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(await entered.WaitAsync(Bound.Wait));
        turn.Run(); // Returns although the step has not.
        Assert.Equal(1, Volatile.Read(ref steps));
        release.Release();
        await working.Within();
        Assert.Equal(2, Volatile.Read(ref steps));
    }
}
