namespace Bridge.Link;

/// <summary>
/// Cuts one stream into frames and checks what every frame must satisfy: length, flags, CRC32C, lane, connection number and sequence.
/// </summary>
/// <remarks>
/// Sans-IO and not thread-safe: one reader feeds it. Nothing is allocated per frame. A frame that is whole in the fed bytes is yielded
/// from them without a copy; only a frame that straddles two feeds is gathered in the parser's own 64 KiB.
/// After a <see cref="LinkProtocolException"/> the stream is lost: the parser must not be fed again.
/// </remarks>
public sealed class FrameParser
{
    private readonly byte[] _gathered = GC.AllocateUninitializedArray<byte>(FrameHeader.MaximumFrame);
    private int _held;
    private uint[] _nextSequence = new uint[1];

    /// <summary>The connection that was joined; 0 before.</summary>
    public uint Connection { get; private set; }

    /// <summary>Frames of older connections that were discarded.</summary>
    public long Stale { get; private set; }

    /// <summary>True between frames. A stream that ends while this is false was cut inside a frame.</summary>
    public bool IsBetweenFrames => _held == 0;

    /// <summary>From the next frame on, frames of this connection are expected, on lanes 0..<paramref name="lanes"/>.</summary>
    /// <param name="connection">The number agreed in the hellos, not 0.</param>
    /// <param name="lanes">How many device lanes there are.</param>
    /// <remarks>Lane 0 goes on counting from its Hello; every device lane starts at sequence 0.</remarks>
    public void Join(uint connection, int lanes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(connection);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lanes, ushort.MaxValue);
        Connection = connection;
        Array.Resize(ref _nextSequence, lanes + 1);
    }

    /// <summary>Takes the next whole frame out of the fed bytes.</summary>
    /// <param name="input">What was received; advanced past everything consumed. When false is returned it is empty: the rest is kept inside.</param>
    /// <param name="header">The frame's header, checked.</param>
    /// <param name="payload">The frame's payload; valid until the next call and as long as the fed bytes are.</param>
    /// <returns>False when no whole frame is left.</returns>
    /// <exception cref="LinkProtocolException">BadFrame, BadChecksum, SequenceGap, UnexpectedFrame or ProtocolViolation.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out FrameHeader header, out ReadOnlySpan<byte> payload)
    {
        while (TryTake(ref input, out header, out ReadOnlySpan<byte> frame))
        {
            if (FrameChecksum.Compute(frame) != header.Crc)
            {
                throw new LinkProtocolException(CloseReason.BadChecksum, $"CRC32C of a {header.Type} frame on lane {header.Lane} (sequence {header.Sequence}, {header.Length} bytes) does not match.");
            }

            if (IsCurrent(header))
            {
                payload = frame[FrameHeader.Size..];
                return true;
            }

            Stale++;
        }

        payload = default;
        return false;
    }

    private bool TryTake(ref ReadOnlySpan<byte> input, out FrameHeader header, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (_held == 0 && FrameHeader.TryRead(input, out header))
        {
            CheckLayout(header);
            if (input.Length >= header.Length)
            {
                frame = input[..header.Length];
                input = input[header.Length..];
                return true;
            }
        }

        header = default;
        if (!Gather(ref input, FrameHeader.Size))
            return false;
        _ = FrameHeader.TryRead(_gathered, out header);
        CheckLayout(header);
        if (!Gather(ref input, header.Length))
            return false;
        frame = _gathered.AsSpan(0, header.Length);
        _held = 0;
        return true;
    }

    /// <summary>Copies until `length` bytes of the frame are held; true when they are.</summary>
    private bool Gather(ref ReadOnlySpan<byte> input, int length)
    {
        int take = Math.Min(input.Length, length - _held);
        if (take > 0)
        {
            input[..take].CopyTo(_gathered.AsSpan(_held));
            _held += take;
            input = input[take..];
        }

        return _held >= length;
    }

    /// <summary>What can be judged before the payload has arrived, so that a wild length never makes the parser wait.</summary>
    private static void CheckLayout(in FrameHeader header)
    {
        if (header.Length is < FrameHeader.Size or > FrameHeader.MaximumFrame)
            throw new LinkProtocolException(CloseReason.BadFrame, $"A frame's length is {(uint)header.Length}; {FrameHeader.Size}..{FrameHeader.MaximumFrame} is allowed.");
        if (header.Flags != 0)
            throw new LinkProtocolException(CloseReason.BadFrame, $"A frame's flags are 0x{header.Flags:x2}; none are defined.");
    }

    private bool IsCurrent(in FrameHeader header)
    {
        // Hello, and the Close of a side that never got as far as a connection number, carry 0; the session judges which of them fits.
        bool unnumbered = header.Connection == 0 && header.Lane == 0;
        if (header.Connection != Connection && !unnumbered)
        {
            if (header.Connection < Connection)
                return false;
            throw new LinkProtocolException(CloseReason.ProtocolViolation, $"A frame names connection {header.Connection}; this is connection {Connection}.");
        }

        if (header.Lane >= _nextSequence.Length)
            throw new LinkProtocolException(CloseReason.UnexpectedFrame, $"A {header.Type} frame names lane {header.Lane}; there are {_nextSequence.Length - 1} device lanes.");
        if (header.Lane == 0 && header.Epoch != 0)
            throw new LinkProtocolException(CloseReason.BadFrame, $"A {header.Type} frame on lane 0 has epoch {header.Epoch}.");
        ref uint next = ref _nextSequence[header.Lane];
        if (header.Sequence != next)
            throw new LinkProtocolException(CloseReason.SequenceGap, $"Lane {header.Lane} sent sequence {header.Sequence}; {next} comes next.");
        next = unchecked(next + 1);
        return true;
    }
}
