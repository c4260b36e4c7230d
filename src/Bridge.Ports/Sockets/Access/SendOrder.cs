using System.Diagnostics.CodeAnalysis;

namespace Bridge.Ports.Sockets.Access;

/// <summary>
/// Whose turn it is to send: the first of the highest priority. A lower one that has been passed over by <see cref="Patience"/> turns comes next, whatever else waits, so that nobody starves.
/// Of one priority, those who come and those who have had a turn and want another take turns: who sends a message now and then does not wait until all who always have more have had theirs.
/// Belongs to the device's turn.
/// </summary>
internal sealed class SendOrder<T>
    where T : class
{
    /// <summary>Turns of others that a priority lets pass while somebody of it waits.</summary>
    public const int Patience = 8;

    private readonly Queue<T>[] _coming = CreateQueues(), _returning = CreateQueues();

    // Whose turn was the last one of that priority.
    private readonly bool[] _cameLast = new bool[AccessRule.HighestPriority + 1];
    private readonly int[] _passed = new int[AccessRule.HighestPriority + 1];
    private int _count;
    private int _turn;
    private bool _isComing;

    /// <summary>How many wait.</summary>
    public int Count => _count;

    /// <summary>Somebody has something to send, and comes behind those of its priority that came before.</summary>
    public void Add(T sender, int priority)
    {
        _coming[priority].Enqueue(sender);
        _count++;
    }

    /// <summary>Somebody has had a turn and has more, and comes behind those of its priority of whom that is also so.</summary>
    public void Return(T sender, int priority)
    {
        _returning[priority].Enqueue(sender);
        _count++;
    }

    /// <summary>Whose turn it is. It stays first of its priority until <see cref="Done"/>; somebody of a higher one may come before it meanwhile.</summary>
    public bool TryPeek([NotNullWhen(true)] out T? sender)
    {
        if (_count == 0)
        {
            sender = null;
            return false;
        }

        int due = -1, highest = -1;
        for (int priority = AccessRule.HighestPriority; priority >= 0; priority--)
        {
            if (!Waits(priority))
                continue;
            if (highest < 0)
                highest = priority;
            else if (_passed[priority] >= Patience && (due < 0 || _passed[priority] > _passed[due]))
                due = priority;
        }

        _turn = due < 0 ? highest : due;
        _isComing = _coming[_turn].Count > 0 && (_returning[_turn].Count == 0 || !_cameLast[_turn]);
        sender = Turn.Peek();
        return true;
    }

    /// <summary>The one that was last seen has had its turn.</summary>
    public void Done()
    {
        Turn.Dequeue();
        _count--;
        _cameLast[_turn] = _isComing;
        _passed[_turn] = 0;
        for (int lower = 0; lower < _turn; lower++)
        {
            if (Waits(lower))
                _passed[lower]++;
        }
    }

    private Queue<T> Turn => (_isComing ? _coming : _returning)[_turn];

    private static Queue<T>[] CreateQueues() => [.. Enumerable.Range(0, AccessRule.HighestPriority + 1).Select(static _ => new Queue<T>())];

    private bool Waits(int priority) => _coming[priority].Count + _returning[priority].Count > 0;
}
