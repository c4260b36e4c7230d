namespace Bridge.Ports.VhostUser.Messages;

/// <summary>
/// Puts messages together from a stream, header first and then exactly the payload that it announces, so that descriptors that come along belong to the message at hand.
/// It reads nothing itself.
/// </summary>
internal sealed class MessageReader(bool replies = false)
{
    private readonly byte[] _bytes = new byte[MessageHeader.Size + MessageHeader.MaximumPayload];
    private int _filled;
    private int _wanted = MessageHeader.Size;

    /// <summary>Where the next bytes go: never empty, and never beyond the message at hand.</summary>
    public Span<byte> Room => _bytes.AsSpan(_filled, _wanted - _filled);

    /// <summary>Part of a message has come, and the rest has not.</summary>
    public bool IsPartial => _filled > 0;

    /// <summary>The message's header; valid once <see cref="Add"/> has said so.</summary>
    public MessageHeader Header { get; private set; }

    /// <summary>The message's payload; valid until the next <see cref="Add"/>.</summary>
    public ReadOnlySpan<byte> Payload => _bytes.AsSpan(MessageHeader.Size, (int)Header.PayloadSize);

    /// <summary>So many bytes were put into <see cref="Room"/>. True: a whole message is there.</summary>
    /// <exception cref="FrontEndFaultException">Its header is none.</exception>
    public bool Add(int count)
    {
        _filled += count;
        if (_filled < _wanted)
            return false;
        if (_wanted == MessageHeader.Size)
        {
            Header = MessageHeader.Read(_bytes, replies);
            _wanted += (int)Header.PayloadSize;
            if (_filled < _wanted)
                return false;
        }

        (_filled, _wanted) = (0, MessageHeader.Size);
        return true;
    }
}
