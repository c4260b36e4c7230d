using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets.Streams;

/// <summary>
/// What has come from a stream, as messages: received into in large pieces, taken one by one, nothing allocated. Not thread-safe; belongs to the
/// device's turn. Its buffer is lent while more than the beginning of a short message lies here, so a silent connection is cheap even in the middle of one.
/// </summary>
/// <remarks>
/// One way: <see cref="Room"/>, receive, <see cref="Added"/> (with 0 if nothing came), then <see cref="TryTake"/> until it says
/// <see cref="FrameResult.None"/>. While <see cref="HasMessage"/> says true nothing more need be received.
/// </remarks>
/// <param name="buffers">Lends the buffer and says how long a message may be.</param>
/// <param name="addressed">The framing; see <see cref="FrameLayout"/>.</param>
internal sealed class FrameBuffer(StreamBuffers buffers, bool addressed) : IDisposable
{
    /// <summary>Beginnings of up to this many bytes are kept in a buffer of their own: a whole message of the default size, and its header.</summary>
    private const int BeginningSize = 512;

    private readonly int _headerSize = FrameLayout.HeaderSize(addressed);

    // Either _buffer is lent and holds [_begin, _end), or _beginning holds [0, _end), or nothing is here (_begin = _end = 0).
    private byte[]? _buffer;
    private byte[]? _beginning;
    private int _begin;
    private int _end;

    /// <summary>Something lies here that is not, and not yet, a message: at the end of the file, a message that was cut off.</summary>
    public bool HasPartial => _end > _begin && !HasMessage;

    /// <summary>A whole message lies here, or the length of one that is too long.</summary>
    public bool HasMessage => Peek(out _, out _) != FrameResult.None;

    private ReadOnlySpan<byte> Waiting => (_buffer ?? _beginning).AsSpan(_begin, _end - _begin);

    /// <summary>Where to receive into; empty only while <see cref="HasMessage"/> says true. Valid until <see cref="Added"/>, which must follow.</summary>
    public Span<byte> Room()
    {
        if (_buffer is null)
        {
            _buffer = buffers.Lend();
            _beginning.AsSpan(0, _end).CopyTo(_buffer);
        }
        else if (_begin > 0 && _begin + _headerSize + buffers.Maximum > _buffer.Length)
        {
            // Only when the message that has begun might not end in this buffer: less than one message is moved per buffer's length.
            Waiting.CopyTo(_buffer);
            (_begin, _end) = (0, _end - _begin);
        }

        return _buffer.AsSpan(_end);
    }

    /// <summary>So many bytes were received into <see cref="Room"/>.</summary>
    public void Added(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, (_buffer?.Length ?? 0) - _end);
        _end += count;
        Settle();
    }

    /// <summary>Adds what was received elsewhere: what followed the line with which the connection began.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room());
        Added(bytes.Length);
    }

    /// <summary>Looks at the front without taking anything.</summary>
    /// <param name="length">The payload's length; 0 with <see cref="FrameResult.None"/>.</param>
    /// <param name="destination">Where an addressed message goes; ANY in all other cases.</param>
    public FrameResult Peek(out int length, out uint destination)
    {
        (length, destination) = (0, RpmsgAddress.Any);
        ReadOnlySpan<byte> waiting = Waiting;
        if (waiting.Length < FrameLayout.PlainHeaderSize)
        {
            return FrameResult.None;
        }

        int announced = FrameLayout.ReadLength(waiting);
        if (announced > buffers.Maximum)
        {
            // Said at once: the rest of it is not worth waiting for.
            length = announced;
            return FrameResult.TooLong;
        }

        if (waiting.Length < _headerSize + announced)
        {
            return FrameResult.None;
        }

        length = announced;
        destination = addressed ? FrameLayout.ReadDestination(waiting) : RpmsgAddress.Any;
        return FrameResult.Message;
    }

    /// <summary>Takes the message at the front.</summary>
    /// <param name="payload">Where it goes; one that does not fit is too long, even if it is not longer than the maximum.</param>
    /// <param name="length">The payload's length, which with <see cref="FrameResult.TooLong"/> was not taken.</param>
    /// <param name="destination">Where an addressed message goes; ANY for a plain one.</param>
    public FrameResult TryTake(Span<byte> payload, out int length, out uint destination)
    {
        FrameResult result = Peek(out length, out destination);
        if (result != FrameResult.Message)
        {
            return result;
        }

        if (length > payload.Length)
        {
            return FrameResult.TooLong;
        }

        Waiting.Slice(_headerSize, length).CopyTo(payload);
        Remove(length);
        return FrameResult.Message;
    }

    /// <summary>Drops the message that <see cref="Peek"/> told of; the caller counts it. Nothing happens if there is none.</summary>
    public void Skip()
    {
        if (Peek(out int length, out _) == FrameResult.Message)
        {
            Remove(length);
        }
    }

    /// <summary>Forgets everything and gives the buffer back; may be used again, from the beginning of a message.</summary>
    public void Dispose()
    {
        (_begin, _end) = (0, 0);
        GiveBack();
        _beginning = null;
    }

    private void Remove(int length)
    {
        _begin += _headerSize + length;
        Settle();
    }

    /// <summary>Gives the buffer back if nothing, or only the beginning of a message, is left in it.</summary>
    private void Settle()
    {
        if (_buffer is null)
        {
            // A beginning: nothing can have been taken from it.
            return;
        }

        int waiting = _end - _begin;
        if (waiting > BeginningSize || HasMessage)
        {
            return;
        }

        if (waiting > 0)
        {
            _beginning ??= new byte[BeginningSize];
            Waiting.CopyTo(_beginning);
        }

        (_begin, _end) = (0, waiting);
        GiveBack();
    }

    private void GiveBack()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            buffers.TakeBack(buffer);
        }
    }
}
