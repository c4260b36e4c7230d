using Bridge.Linux;
using Bridge.Ports.Sockets.Kept;

namespace Bridge.Ports.Sockets;

/// <summary>SEQPACKET: one packet is one message, no framing at all.</summary>
internal sealed class PacketConnection(LocalSockets owner, SocketEntry entry, SeqPacketSocket socket, KeptSockets kept) : ApplicationConnection(owner, entry)
{
    /// <inheritdoc/>
    public override FileDescriptor Descriptor => socket.Descriptor;

    /// <inheritdoc/>
    public override bool CarriesEmpty => false;

    /// <inheritdoc/>
    public override bool IsPacketwise => true;

    /// <inheritdoc/>
    public override PeerCredentials? Who { get; } = socket.PeerCredentials;

    /// <summary>SO_SNDBUF; see <see cref="SeqPacketSocket.SendBufferSize"/>.</summary>
    public int SendBufferSize
    {
        get => socket.SendBufferSize;
        set => socket.SendBufferSize = value;
    }

    /// <inheritdoc/>
    public override ReceiveOutcome Receive(Span<byte> payload, out int length)
    {
        if (!kept.IsKept)
        {
            return socket.Receive(payload, out length);
        }

        // Not straight into the transmit buffer: a successor finds that buffer free, and its bytes as good as gone.
        Span<byte> scratch = kept.Scratch[..payload.Length];
        ReceiveOutcome outcome = socket.Receive(kept.Steps.Passage, scratch, out length);
        if (outcome == ReceiveOutcome.Packet)
        {
            scratch[..Math.Min(length, payload.Length)].CopyTo(payload);
        }

        return outcome;
    }

    /// <inheritdoc/>
    public override SendOutcome Send(uint source, uint destination, ReadOnlySpan<byte> message) =>
        kept.IsKept ? socket.Send(kept.Steps.Passage, message) : socket.Send(message);

    /// <inheritdoc/>
    public override int Shutdown(ShutdownDirection direction) => OrderlyEnd.Shutdown(socket, direction);

    /// <inheritdoc/>
    public override void EndInput() => socket.Shutdown(ShutdownDirection.Receive);

    /// <inheritdoc/>
    protected override void CloseSocket() => socket.Dispose();
}
