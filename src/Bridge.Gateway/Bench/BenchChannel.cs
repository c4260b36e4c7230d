using Bridge.Linux;

namespace Bridge.Gateway.Bench;

/// <summary>One channel of a run: its socket, and what is under way on it, in order. Belongs to the run's thread.</summary>
/// <param name="name">The channel's name.</param>
/// <param name="socket">Connected; the channel's from now on.</param>
internal sealed class BenchChannel(string name, SeqPacketSocket socket) : IDisposable
{
    private readonly Queue<(uint Sequence, long Due)> _underWay = new();

    /// <summary>For messages.</summary>
    public string Name => name;

    /// <summary>For the poller.</summary>
    public FileDescriptor Descriptor => socket.Descriptor;

    /// <summary>The socket took no more; cleared when it is writable.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>The next message of the phase that is this channel's.</summary>
    public long NextIndex { get; set; }

    /// <summary>Messages whose echoes are awaited.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>The oldest of them.</summary>
    public (uint Sequence, long Due) Oldest => _underWay.Peek();

    /// <summary>Sends a message. False: not now (<see cref="IsBlocked"/>).</summary>
    /// <param name="message">Its bytes.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="due">When it should have been sent, a timestamp.</param>
    /// <exception cref="BenchEndException">The channel has ended.</exception>
    public bool TrySend(ReadOnlySpan<byte> message, uint sequence, long due)
    {
        switch (socket.Send(message))
        {
            case SendOutcome.Sent:
                _underWay.Enqueue((sequence, due));
                return true;
            case SendOutcome.WouldBlock:
                IsBlocked = true;
                return false;
            default:
                throw new BenchEndException($"{name}: the channel ended while messages were sent");
        }
    }

    /// <summary>Receives a message. False: there is none now.</summary>
    /// <param name="buffer">Where it goes.</param>
    /// <param name="length">Its real length.</param>
    /// <exception cref="BenchEndException">The channel has ended.</exception>
    public bool TryReceive(Span<byte> buffer, out int length)
    {
        ReceiveOutcome outcome = socket.Receive(buffer, out length);
        return outcome is ReceiveOutcome.Packet or ReceiveOutcome.WouldBlock
            ? outcome == ReceiveOutcome.Packet
            : throw new BenchEndException($"{name}: the channel ended with {UnderWay} messages under way");
    }

    /// <summary>The oldest is awaited no more.</summary>
    public void Forget() => _underWay.Dequeue();

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();
}
