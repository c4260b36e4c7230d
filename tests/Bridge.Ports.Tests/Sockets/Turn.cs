using System.Collections.Concurrent;
using Bridge.Relay;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>The device's turn with questions and conditions, which are looked at after every step: nothing polls the clock.</summary>
internal sealed class Turn
{
    private readonly ConcurrentQueue<Action> _questions = new();
    private readonly List<(Func<bool> Condition, TaskCompletionSource Met)> _conditions = [];
    private readonly DeviceTurn _turn;
    private readonly Func<bool> _step;
    private Exception? _failure;

    public Turn(Func<bool> step)
    {
        _step = step;
        _turn = new DeviceTurn(Step);
    }

    /// <summary>What a step threw; nothing is done after it.</summary>
    public Exception? Failure => _failure;

    public void Run() => _turn.Run();

    /// <summary>Asks something inside the turn.</summary>
    public async Task<T> Ask<T>(Func<T> question)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _questions.Enqueue(() =>
        {
            try
            {
                answer.SetResult(question());
            }
            catch (Exception failure)
            {
                answer.SetException(failure);
            }
        });
        Run();
        return await answer.Task.WaitAsync(Patience.Time);
    }

    public Task Do(Action action) => Ask(() =>
    {
        action();
        return true;
    });

    /// <summary>Waits until a condition holds after some step.</summary>
    public async Task Until(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _questions.Enqueue(() => _conditions.Add((condition, met)));
        Run();
        try
        {
            await met.Task.WaitAsync(Patience.Time);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"never came true: {what}");
        }
    }

    private bool Step()
    {
        try
        {
            if (_failure is null)
            {
                while (_questions.TryDequeue(out Action? question))
                {
                    question();
                }

                bool more = _step();
                for (int i = _conditions.Count - 1; i >= 0; i--)
                {
                    if (_conditions[i].Condition())
                    {
                        _conditions[i].Met.SetResult();
                        _conditions.RemoveAt(i);
                    }
                }

                return more;
            }
        }
        catch (Exception failure)
        {
            _failure = failure;
        }

        foreach ((_, TaskCompletionSource met) in _conditions)
        {
            met.TrySetException(_failure);
        }

        _conditions.Clear();
        while (_questions.TryDequeue(out Action? question))
        {
            question();
        }

        return false;
    }
}
