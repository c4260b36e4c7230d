using System.Diagnostics.CodeAnalysis;

namespace Bridge.Ports.Sockets.Access;

/// <summary>
/// Whose turn it is to send: the first of the highest priority. A lower one that has been passed over by <see cref="Patience"/> turns comes next, whatever else waits, so that nobody starves.
/// Belongs to the device's turn.
/// </summary>
internal sealed class SendOrder<T>
    where T : class
{
    /// <summary>Turns of others that a priority lets pass while somebody of it waits.</summary>
    public const int Patience = 8;

    private readonly Queue<T>[] _waiting = [.. Enumerable.Range(0, AccessRule.HighestPriority + 1).Select(static _ => new Queue<T>())];
    private readonly int[] _passed = new int[AccessRule.HighestPriority + 1];
    private int _count;
    private int _turn;

    /// <summary>How many wait.</summary>
    public int Count => _count;

    /// <summary>Somebody waits for a turn, behind those of its priority.</summary>
    public void Add(T sender, int priority)
    {
        _waiting[priority].Enqueue(sender);
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
        for (int priority = _waiting.Length - 1; priority >= 0; priority--)
        {
            if (_waiting[priority].Count == 0)
                continue;
            if (highest < 0)
                highest = priority;
            else if (_passed[priority] >= Patience && (due < 0 || _passed[priority] > _passed[due]))
                due = priority;
        }

        _turn = due < 0 ? highest : due;
        sender = _waiting[_turn].Peek();
        return true;
    }

    /// <summary>The one that was last seen has had its turn.</summary>
    public void Done()
    {
        _waiting[_turn].Dequeue();
        _count--;
        _passed[_turn] = 0;
        for (int lower = 0; lower < _turn; lower++)
        {
            if (_waiting[lower].Count > 0)
                _passed[lower]++;
        }
    }
}
