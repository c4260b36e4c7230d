namespace Bridge.Ports.Sockets.Streams;

/// <summary>
/// The buffers of one device's stream connections: lent while bytes are under way, so that a connection at rest has none. Belongs to the device's turn;
/// not thread-safe.
/// </summary>
/// <param name="maximum">Longest payload in bytes, 0..65535.</param>
internal sealed class StreamBuffers(int maximum)
{
    /// <summary>Least size of a buffer: what makes system calls rare beside messages.</summary>
    private const int LeastSize = 64 * 1024;

    /// <summary>Spare buffers that are kept; what a burst needed beyond them is left to the garbage collector.</summary>
    private const int MaximumSpare = 32;

    private readonly Stack<byte[]> _spare = new(MaximumSpare);

    /// <summary>Longest payload in bytes.</summary>
    public int Maximum { get; } = maximum is >= 0 and <= FrameLayout.MaximumLength
        ? maximum
        : throw new ArgumentOutOfRangeException(nameof(maximum), maximum, $"a message is 0..{FrameLayout.MaximumLength} bytes long");

    /// <summary>Bytes of each buffer: at least one message of any length and its header.</summary>
    public int Size { get; } = Math.Max(LeastSize, FrameLayout.AddressedHeaderSize + maximum);

    /// <summary>Buffers that are lent.</summary>
    public int Lent { get; private set; }

    /// <summary>Lends a buffer of <see cref="Size"/> bytes with anything in it.</summary>
    public byte[] Lend()
    {
        Lent++;
        return _spare.TryPop(out byte[]? buffer) ? buffer : new byte[Size];
    }

    /// <summary>Takes a buffer back; the borrower must forget it.</summary>
    public void TakeBack(byte[] buffer)
    {
        Lent--;
        if (_spare.Count < MaximumSpare)
        {
            _spare.Push(buffer);
        }
    }
}
