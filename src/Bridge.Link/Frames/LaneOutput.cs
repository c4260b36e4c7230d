namespace Bridge.Link;

/// <summary>What one lane wants to send on one connection: frames are encoded in place and handed to the pump in bursts.</summary>
/// <remarks>
/// One producer thread at a time, one pump. Two buffers: the producer fills one while the pump writes the other. The lock guards only which
/// buffer is which; encoding and checksums happen outside. Nothing is allocated per frame.
/// A frame between <see cref="Begin"/> and <see cref="End"/> never holds up the pump: if the pump swaps meanwhile, End moves the frame over.
/// </remarks>
public sealed class LaneOutput
{
    private readonly Lock _gate = new();
    private byte[] _filling;
    private byte[] _other;
    private int _sealedBytes;
    private bool _taken;
    private bool _roomWanted;

    // The open frame; the producer's alone.
    private byte[]? _openBuffer;
    private int _openOffset;
    private FrameType _openType;
    private uint _openEpoch;
    private uint _sequence;

    /// <summary>Creates an empty output.</summary>
    /// <param name="lane">0 for the link itself, 1.. for devices.</param>
    /// <param name="connection">The connection's number; 0 only for lane 0 before the hello.</param>
    /// <param name="capacity">Bytes of each of the two buffers, at least one maximum frame.</param>
    public LaneOutput(ushort lane, uint connection, int capacity = 4 * FrameHeader.MaximumFrame)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, FrameHeader.MaximumFrame);
        Lane = lane;
        Connection = connection;
        _filling = GC.AllocateUninitializedArray<byte>(capacity);
        _other = GC.AllocateUninitializedArray<byte>(capacity);
    }

    /// <summary>The lane's number.</summary>
    public ushort Lane { get; }

    /// <summary>The connection that this output belongs to.</summary>
    public uint Connection { get; private set; }

    /// <summary>Frames that were sealed, modulo 2^32. Producer only.</summary>
    public uint Frames => _sequence;

    /// <summary>
    /// Room for one whole maximum frame in the buffer being filled. When false was returned, <see cref="Writable"/> is raised once the pump has made room;
    /// a producer that waits for that has flushed before. Producer only.
    /// </summary>
    public bool CanWrite
    {
        get
        {
            lock (_gate)
            {
                bool room = _filling.Length - _sealedBytes >= FrameHeader.MaximumFrame;
                _roomWanted |= !room;
                return room;
            }
        }
    }

    /// <summary>Raised (on any thread, once per refusal) when room appears after <see cref="CanWrite"/> was false.</summary>
    public Action? Writable { get; set; }

    /// <summary>Set by the pump's owner before the first producer comes; called by <see cref="Flush"/>.</summary>
    public Action? Flushed { get; set; }

    /// <summary>Opens a frame. Nothing is visible to the pump before <see cref="End"/>; a frame that is never ended is forgotten by the next Begin.</summary>
    /// <param name="type">The frame's type.</param>
    /// <param name="epoch">The device's epoch; 0 on lane 0.</param>
    /// <returns>Room for <see cref="FrameHeader.MaximumPayload"/> bytes, not cleared.</returns>
    /// <exception cref="InvalidOperationException">There is no room: <see cref="CanWrite"/> was not asked.</exception>
    public Span<byte> Begin(FrameType type, uint epoch)
    {
        lock (_gate)
        {
            if (_filling.Length - _sealedBytes < FrameHeader.MaximumFrame)
                throw new InvalidOperationException($"Lane {Lane} has no room for a frame: ask CanWrite first.");
            _openBuffer = _filling;
            _openOffset = _sealedBytes;
        }

        _openType = type;
        _openEpoch = epoch;
        return _openBuffer.AsSpan(_openOffset + FrameHeader.Size, FrameHeader.MaximumPayload);
    }

    /// <summary>Seals the open frame: length, sequence, CRC32C.</summary>
    /// <param name="payloadLength">Bytes written from the start of the span that <see cref="Begin"/> returned.</param>
    /// <exception cref="InvalidOperationException">No frame is open.</exception>
    public void End(int payloadLength)
    {
        byte[] buffer = _openBuffer ?? throw new InvalidOperationException($"Lane {Lane} has no open frame.");
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadLength, FrameHeader.MaximumPayload);
        int length = FrameHeader.Size + payloadLength;
        Span<byte> frame = buffer.AsSpan(_openOffset, length);
        FrameHeader header = new(length, 0, _openType, 0, Lane, Connection, _openEpoch, _sequence);
        header.Write(frame);
        (header with { Crc = FrameChecksum.Compute(frame) }).Write(frame);
        _sequence = unchecked(_sequence + 1);
        _openBuffer = null;

        lock (_gate)
        {
            // The pump took the buffer while the frame was being written behind its sealed bytes. The pump reads only those, and cannot come back to
            // this buffer before something is sealed in the other one, so the frame still stands; it belongs to the front of the other buffer now.
            if (!ReferenceEquals(buffer, _filling))
                frame.CopyTo(_filling.AsSpan(_sealedBytes));
            _sealedBytes += length;
        }
    }

    /// <summary>Asks the pump to write what has been sealed. Cheap if a write is in flight: the pump looks again when it ends.</summary>
    public void Flush() => Flushed?.Invoke();

    /// <summary>Pump: takes all sealed bytes (whole frames). The other buffer is filled meanwhile; <see cref="Release"/> gives this one back.</summary>
    /// <param name="bytes">At most the capacity; valid until Release.</param>
    /// <returns>False when nothing is sealed.</returns>
    /// <exception cref="InvalidOperationException">The last take was not released.</exception>
    public bool TryTake(out ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            if (_taken)
                throw new InvalidOperationException($"Lane {Lane} is being written already.");
            if (_sealedBytes == 0)
            {
                bytes = default;
                return false;
            }

            bytes = _filling.AsMemory(0, _sealedBytes);
            (_filling, _other) = (_other, _filling);
            _sealedBytes = 0;
            _taken = true;
            return true;
        }
    }

    /// <summary>Pump: the taken bytes are written. Raises <see cref="Writable"/> if a producer waits for room.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _taken = false;
        }

        RaiseWritable();
    }

    /// <summary>Pump: tells a waiting producer that the other buffer is free, without waiting for the write in flight.</summary>
    internal void RaiseWritable()
    {
        lock (_gate)
        {
            if (!_roomWanted || _filling.Length - _sealedBytes < FrameHeader.MaximumFrame)
                return;
            _roomWanted = false;
        }

        Writable?.Invoke();
    }

    /// <summary>Lane 0 only: the hellos are exchanged, frames carry the connection's number from here on; the sequence goes on.</summary>
    internal void Join(uint connection) => Connection = connection;
}
