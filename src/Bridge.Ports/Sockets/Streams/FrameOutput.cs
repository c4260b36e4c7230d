namespace Bridge.Ports.Sockets.Streams;

/// <summary>
/// Messages on their way into a stream, gathered so that one system call sends many; nothing is allocated per message. Not thread-safe; belongs to the
/// device's turn. Its buffer is lent while something waits here.
/// </summary>
/// <param name="buffers">Lends the buffer and says how long a message may be.</param>
/// <param name="addressed">The framing; see <see cref="FrameLayout"/>.</param>
internal sealed class FrameOutput(StreamBuffers buffers, bool addressed) : IDisposable
{
    private readonly int _headerSize = FrameLayout.HeaderSize(addressed);
    private byte[]? _buffer;
    private int _begin;
    private int _end;

    /// <summary>What waits to be sent, in order; valid until anything else is called.</summary>
    public ReadOnlySpan<byte> Pending => _buffer.AsSpan(_begin, _end - _begin);

    /// <summary>Nothing waits.</summary>
    public bool IsEmpty => _end == _begin;

    /// <summary>Adds a message behind the others; false if there is no room before more has been sent. Always succeeds when <see cref="IsEmpty"/>.</summary>
    /// <param name="source">The peer's address; without meaning in the plain framing.</param>
    /// <param name="destination">Our address; without meaning in the plain framing.</param>
    /// <param name="payload">At most the maximum.</param>
    /// <exception cref="ArgumentException">The payload is longer than the maximum.</exception>
    public bool TryWrite(uint source, uint destination, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > buffers.Maximum)
        {
            throw new ArgumentException($"{payload.Length} bytes are more than the maximum of {buffers.Maximum}", nameof(payload));
        }

        if (!TryMakeRoom(_headerSize + payload.Length))
        {
            return false;
        }

        _end += FrameLayout.Write(_buffer.AsSpan(_end), addressed, payload.Length, source, destination);
        payload.CopyTo(_buffer.AsSpan(_end));
        _end += payload.Length;
        return true;
    }

    /// <summary>Adds bytes that are no message: the answer with which a connection begins. False if there is no room.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (!TryMakeRoom(bytes.Length))
        {
            return false;
        }

        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
        Settle();
        return true;
    }

    /// <summary>So many bytes of <see cref="Pending"/> were sent.</summary>
    public void Sent(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _end - _begin);
        _begin += count;
        Settle();
    }

    /// <summary>Forgets what waits and gives the buffer back.</summary>
    public void Dispose()
    {
        _begin = _end;
        Settle();
    }

    private bool TryMakeRoom(int size)
    {
        _buffer ??= buffers.Lend();
        if (size <= _buffer.Length - _end)
        {
            return true;
        }

        int waiting = _end - _begin;
        // No more is moved than has been sent since the last time: a reader in small bites does not cost a whole buffer's move for each.
        if (waiting > _begin || size > _buffer.Length - waiting)
        {
            Settle();
            return false;
        }

        Pending.CopyTo(_buffer);
        (_begin, _end) = (0, waiting);
        return true;
    }

    private void Settle()
    {
        if (_begin == _end && _buffer is { } buffer)
        {
            (_buffer, _begin, _end) = (null, 0, 0);
            buffers.TakeBack(buffer);
        }
    }
}
