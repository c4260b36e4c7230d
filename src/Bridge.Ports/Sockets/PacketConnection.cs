using Bridge.Linux;

namespace Bridge.Ports.Sockets;

/// <summary>SEQPACKET: one packet is one message, no framing at all.</summary>
internal sealed class PacketConnection(LocalSockets owner, SocketEntry entry, SeqPacketSocket socket) : ApplicationConnection(owner, entry)
{
    /// <inheritdoc/>
    public override FileDescriptor Descriptor => socket.Descriptor;

    /// <inheritdoc/>
    public override bool CarriesEmpty => false;

    /// <inheritdoc/>
    public override PeerCredentials? Who { get; } = socket.PeerCredentials;

    /// <summary>SO_SNDBUF; see <see cref="SeqPacketSocket.SendBufferSize"/>.</summary>
    public int SendBufferSize
    {
        get => socket.SendBufferSize;
        set => socket.SendBufferSize = value;
    }

    /// <inheritdoc/>
    public override ReceiveOutcome Receive(Span<byte> payload, out int length) => socket.Receive(payload, out length);

    /// <inheritdoc/>
    public override SendOutcome Send(uint source, uint destination, ReadOnlySpan<byte> message) => socket.Send(message);

    /// <inheritdoc/>
    public override int Shutdown(ShutdownDirection direction) => OrderlyEnd.Shutdown(socket, direction);

    /// <inheritdoc/>
    protected override void CloseSocket() => socket.Dispose();
}
