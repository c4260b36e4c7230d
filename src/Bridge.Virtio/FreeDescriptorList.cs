namespace Bridge.Virtio;

/// <summary>
/// Which descriptors of a ring are free, and how the taken ones follow each other: a driver's own notes, never read back from shared memory. Belongs to the
/// thread that owns the <see cref="DriverQueue"/>.
/// </summary>
internal sealed class FreeDescriptorList
{
    /// <summary>By descriptor: the one after it in its chain or, when free, in the list.</summary>
    private readonly ushort[] _next;

    /// <summary>All <paramref name="size"/> descriptors are free, lowest first.</summary>
    public FreeDescriptorList(int size)
    {
        _next = new ushort[size];
        for (int i = 0; i < size; i++)
            _next[i] = (ushort)(i + 1);
        Count = size;
    }

    /// <summary>Some are taken already. A taken one is linked as <paramref name="next"/> says, all others are free, lowest first.</summary>
    public FreeDescriptorList(ReadOnlySpan<ushort> next, ReadOnlySpan<bool> taken)
    {
        _next = next.ToArray();
        First = (ushort)_next.Length;
        for (int i = _next.Length - 1; i >= 0; i--)
        {
            if (taken[i])
                continue;
            _next[i] = First;
            First = (ushort)i;
            Count++;
        }
    }

    /// <summary>Free descriptors.</summary>
    public int Count { get; private set; }

    /// <summary>The next one to be taken; meaningless when none is free.</summary>
    public ushort First { get; private set; }

    /// <summary>The descriptor after <paramref name="descriptor"/>, in its chain or in the list.</summary>
    public ushort After(ushort descriptor) => _next[descriptor];

    /// <summary>Takes the first <paramref name="count"/>, 1..<see cref="Count"/>; they stay linked.</summary>
    /// <returns>The first of them.</returns>
    public ushort Take(int count)
    {
        ushort head = First;
        for (int i = 0; i < count; i++)
            First = _next[First];
        Count -= count;
        return head;
    }

    /// <summary>Puts a chain of <paramref name="count"/> descriptors, as it was taken, back in front.</summary>
    public void Return(ushort head, int count)
    {
        ushort last = head;
        for (int i = 1; i < count; i++)
            last = _next[last];
        _next[last] = First;
        First = head;
        Count += count;
    }
}
