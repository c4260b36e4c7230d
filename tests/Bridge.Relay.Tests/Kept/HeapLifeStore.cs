using Bridge.Virtio;

namespace Bridge.Relay.Tests.Kept;

/// <summary>Kept memory on the heap. Killing its process is <see cref="Successor"/>: what was published is copied as it stands, and the old process's is gone.</summary>
internal sealed class HeapLifeStore : ILifeStore, IDisposable
{
    private HeapMemory? _created, _published;

    public Guid Boot { get; set; } = new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

    /// <summary>There is room for no life any more.</summary>
    public bool IsFull { get; set; }

    /// <summary>A successor finds something.</summary>
    public bool HasLife => _published is not null;

    /// <summary>The bytes that a successor finds; to damage them.</summary>
    public Span<byte> Bytes => new Window(new WindowRegion(0, _published!)).GetSpan(0, (uint)_published!.Size);

    public WindowMemory? Open() => _published;

    public WindowMemory Create(ulong size) => IsFull ? throw new IOException("no space") : _created = new HeapMemory(size);

    public void Publish()
    {
        StoreTrace.Point();
        (_published, _created) = (_created, null);
        StoreTrace.Point();
    }

    public void Remove()
    {
        _published = null;
        StoreTrace.Point();
    }

    /// <summary>The store as the next process finds it. The memory that this one gave out stays its users', who must not touch it any more.</summary>
    public HeapLifeStore Successor()
    {
        var next = new HeapLifeStore { Boot = Boot };
        if (_published is null)
            return next;
        next._published = new HeapMemory(_published.Size);
        Bytes.CopyTo(next.Bytes);
        return next;
    }

    /// <summary>The memory is gone, all of it or its end.</summary>
    public void Cut(int length)
    {
        byte[] left = Bytes[..length].ToArray();
        _published = length == 0 ? null : new HeapMemory((ulong)length);
        left.CopyTo(length == 0 ? [] : Bytes);
    }

    public void Dispose()
    {
        _created?.Dispose();
        _published?.Dispose();
    }
}
