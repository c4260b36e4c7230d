using System.Net.Sockets;

namespace Bridge.LoadTests.Messages;

/// <summary>A connected SEQPACKET socket: one packet is one message.</summary>
internal sealed class SeqPacketPath(Socket socket) : MessagePath
{
    public static SeqPacketPath Connect(string path, int patience)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified) { ReceiveTimeout = patience, SendTimeout = patience };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new SeqPacketPath(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override void Send(ReadOnlySpan<byte> message) => socket.Send(message);

    public override int Receive(Span<byte> buffer) => socket.Receive(buffer);

    public override void Dispose() => socket.Dispose();
}
