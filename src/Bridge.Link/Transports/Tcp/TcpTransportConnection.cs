using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports.Tcp;

/// <summary>TCP with TLS 1.3: one stream for everything.</summary>
internal sealed class TcpTransportConnection(Socket socket, SslStream tls, EndPoint remote, PeerVerification peer) : TransportConnection(remote, peer)
{
    public override TransportKind Kind => TransportKind.Tcp;

    public override bool Multiplexed => true;

    public override Stream Main => tls;

    public override ValueTask<Stream> OpenLaneAsync(CancellationToken cancellation) => throw new InvalidOperationException("TCP multiplexes its lanes.");

    public override ValueTask<Stream> AcceptLaneAsync(CancellationToken cancellation) => throw new InvalidOperationException("TCP multiplexes its lanes.");

    // Not SslStream.ShutdownAsync: it takes no lock against the read that is in flight, and closing without it is what stopped an occasional hang. The Close frame before it is what
    // ends the protocol, so a TLS close_notify would tell the peer nothing.
    public override void CompleteMain()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    // Below TLS: reads and writes in flight fail, and what the kernel has not sent yet is still sent if it can be.
    public override void Abort() => socket.Dispose();

    public override ValueTask DisposeAsync()
    {
        Abort();
        return tls.DisposeAsync();
    }
}
