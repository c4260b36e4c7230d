namespace Bridge.Link.Tests;

/// <summary>Lets a test wait for a condition: whatever may have made it true pulses.</summary>
internal sealed class Signal
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private TaskCompletionSource pulse = New();

    public void Pulse()
    {
        lock (gate)
        {
            pulse.TrySetResult();
            pulse = New();
        }
    }

    public async Task UntilAsync(Func<bool> condition, string what)
    {
        using CancellationTokenSource limit = new(Bound);
        while (true)
        {
            Task next;
            lock (gate)
                next = pulse.Task;
            if (condition())
                return;
            try
            {
                await next.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Not within {Bound.TotalSeconds} s: {what}");
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
