using Bridge.Linux;
using Bridge.Ports.Sockets.Kept;

namespace Bridge.Ports.Sockets;

/// <summary>
/// SEQPACKET: one packet is one message, no framing at all. The kernel tells whether it has passed, and nothing of it lies in this process alone: what is received lies in memory that a
/// successor finds, and what is sent there or in the ring.
/// </summary>
internal sealed class PacketConnection(LocalSockets owner, SocketEntry entry, SeqPacketSocket socket, KeptSockets kept) : ApplicationConnection(owner, entry)
{
    /// <inheritdoc/>
    public override FileDescriptor Descriptor => socket.Descriptor;

    /// <inheritdoc/>
    public override bool CarriesEmpty => false;

    /// <inheritdoc/>
    public override PeerCredentials? Who { get; } = socket.PeerCredentials;

    /// <summary>A message of this turn has been handed over: those that follow it gather in the conversation's queue, and go together.</summary>
    public bool Gathers { get; set; }

    /// <inheritdoc/>
    public override bool HasPending => Gathers;

    /// <summary>SO_SNDBUF; see <see cref="SeqPacketSocket.SendBufferSize"/>.</summary>
    public int SendBufferSize
    {
        get => socket.SendBufferSize;
        set => socket.SendBufferSize = value;
    }

    /// <summary>Takes the next message, which is gone if this process ends now.</summary>
    /// <inheritdoc/>
    public override ReceiveOutcome Receive(Span<byte> payload, out int length) => socket.Receive(payload, out length);

    /// <summary>Takes the next messages, into the scratch buffer: not straight into transmit buffers, which a successor finds free, and their bytes as good as gone.</summary>
    /// <param name="count">So many at most, 1..<see cref="KeptLayout.Batch"/>: those of the step that is under way, whose passage tells their lengths.</param>
    /// <param name="received">At least 1; 0 unless packets were found. Fewer than <paramref name="count"/>: the socket is empty, or the next call tells what came then.</param>
    /// <exception cref="LinuxException">The socket is unusable.</exception>
    public ReceiveOutcome Receive(int count, out int received) => socket.Receive(kept.Steps.Passage, kept.Scratch, kept.ScratchPlaces[..count], out received);

    /// <inheritdoc/>
    public override SendOutcome Send(uint source, uint destination, ReadOnlySpan<byte> message) =>
        Send(message, [new PacketPlace(0, message.Length)], out _);

    /// <summary>Hands over messages, those of the step that is under way: as many as there is room for.</summary>
    /// <param name="memory">Where they lie.</param>
    /// <param name="places">Inside of it.</param>
    /// <param name="sent">At least 1 when some were handed over.</param>
    /// <exception cref="LinuxException">The socket is unusable.</exception>
    public SendOutcome Send(ReadOnlySpan<byte> memory, ReadOnlySpan<PacketPlace> places, out int sent) => socket.Send(kept.Steps.Passage, memory, places, out sent);

    /// <inheritdoc/>
    public override int Shutdown(ShutdownDirection direction) => OrderlyEnd.Shutdown(socket, direction);

    /// <inheritdoc/>
    public override void EndInput() => socket.Shutdown(ShutdownDirection.Receive);

    /// <inheritdoc/>
    protected override void CloseSocket() => socket.Dispose();
}
