using Bridge.Rpmsg;

namespace Bridge.Ports.CrossConnect;

/// <summary>
/// Messages that were taken from one driver while both waited for each other. A small ring of its own memory: nothing is allocated when a message comes.
/// </summary>
/// <param name="capacity">Messages, at least 1.</param>
/// <param name="maximumPayload">Bytes of the longest payload.</param>
internal sealed class MessageStore(int capacity, int maximumPayload)
{
    private readonly byte[] _payloads = GC.AllocateUninitializedArray<byte>(capacity * maximumPayload);
    private readonly RpmsgHeader[] _headers = new RpmsgHeader[capacity];
    private int _first;

    public int Count { get; private set; }

    public bool IsFull => Count == _headers.Length;

    /// <summary>Copies a message behind the others; only while there is room.</summary>
    public void Add(in RpmsgHeader header, ReadOnlySpan<byte> payload)
    {
        int at = (_first + Count++) % _headers.Length;
        _headers[at] = header;
        payload.CopyTo(_payloads.AsSpan(at * maximumPayload, maximumPayload));
    }

    /// <summary>The oldest message; only while there is one. Valid until <see cref="RemoveFirst"/>.</summary>
    public ReadOnlySpan<byte> PeekFirst(out RpmsgHeader header)
    {
        header = _headers[_first];
        return _payloads.AsSpan(_first * maximumPayload, header.Length);
    }

    public void RemoveFirst()
    {
        _first = (_first + 1) % _headers.Length;
        Count--;
    }

    /// <summary>Forgets everything.</summary>
    /// <returns>How many messages there were.</returns>
    public int Clear()
    {
        int count = Count;
        (_first, Count) = (0, 0);
        return count;
    }
}
