namespace Bridge.Ports.Sockets.Kept;

/// <summary>Free slots of one kind.</summary>
internal sealed class SlotPool
{
    private readonly Stack<int> _free;

    /// <param name="first">The first slot of the kind.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="isFree">Whether nothing is in it.</param>
    public SlotPool(int first, int count, Func<int, bool> isFree)
    {
        _free = new Stack<int>(count);
        for (int slot = first + count - 1; slot >= first; slot--)
        {
            if (isFree(slot))
            {
                _free.Push(slot);
            }
        }
    }

    /// <summary>A free slot; negative: all are taken.</summary>
    public int Take() => _free.TryPop(out int slot) ? slot : -1;

    /// <summary>The slot is free again.</summary>
    public void Return(int slot) => _free.Push(slot);
}
