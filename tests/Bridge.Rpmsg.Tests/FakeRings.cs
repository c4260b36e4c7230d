namespace Bridge.Rpmsg.Tests;

/// <summary>Rings in ordinary memory: what is sent is listed, what is put in is received, buffers run out when the test says so.</summary>
internal sealed class FakeRings(int bufferSize = 512, RpmsgRole role = RpmsgRole.Driver) : RpmsgRings
{
    private readonly byte[] _buffer = new byte[bufferSize];
    private readonly Dictionary<int, byte[]> _taken = [];
    private int _nextToken;
    private bool _reserved;

    public override RpmsgRole Role { get; } = role;

    public override ushort TransmitPosition => (ushort)Sent.Count;

    public override ushort ReceivePosition => (ushort)Released.Count;

    public int FreeBuffers { get; set; } = int.MaxValue;

    /// <summary>Buffers that come free right after a refusal, as the other side gives some back at that very moment.</summary>
    public int FreedAfterRefusal { get; set; }

    public List<byte[]> Sent { get; } = [];

    public Queue<byte[]> Incoming { get; } = new();

    public List<int> Released { get; } = [];

    public int Taken => _taken.Count;

    public (bool Receive, bool Transmit)? Armed { get; private set; }

    public override bool TryReserve(out Span<byte> buffer)
    {
        _reserved = FreeBuffers > 0;
        buffer = _reserved ? _buffer : default;
        if (!_reserved)
        {
            FreeBuffers += FreedAfterRefusal;
        }

        return _reserved;
    }

    public override int CountFree() => FreeBuffers;

    public override void Commit(int length)
    {
        Assert.True(_reserved, "Commit without a reserved buffer");
        Assert.InRange(length, RpmsgHeader.Size, bufferSize);
        _reserved = false;
        FreeBuffers--;
        Sent.Add(_buffer[..length]);
    }

    public override bool TryReceive(out ReadOnlySpan<byte> message, out int token)
    {
        token = _nextToken;
        if (!Incoming.TryDequeue(out byte[]? next))
        {
            message = default;
            return false;
        }

        _taken.Add(_nextToken++, next);
        message = next;
        return true;
    }

    public override ReadOnlySpan<byte> GetMessage(int token) => _taken[token];

    public override void Release(int token)
    {
        Assert.True(_taken.Remove(token), $"token {token} released twice or never taken");
        Released.Add(token);
    }

    public override int TakeNotifications() => 0;

    public override bool Arm(bool receive, bool transmit)
    {
        Armed = (receive, transmit);
        return (receive && Incoming.Count > 0) || (transmit && FreeBuffers > 0);
    }
}
