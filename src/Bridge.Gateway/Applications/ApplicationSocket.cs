using System.Net.Sockets;

namespace Bridge.Gateway.Applications;

/// <summary>Connects to a gateway's application sockets with nothing but the base class library, as any application would.</summary>
internal static class ApplicationSocket
{
    /// <summary>Bytes of the longest message that any device can have: the largest buffer, less the header.</summary>
    public const int MaximumMessage = 65536 - HeaderLength;

    /// <summary>Bytes of a buffer that the rpmsg header takes.</summary>
    public const int HeaderLength = 16;

    /// <summary>Connects to a Unix SEQPACKET socket: one packet is one message.</summary>
    /// <exception cref="SocketException">Nobody listens there, or the user may not connect.</exception>
    public static async Task<Socket> ConnectAsync(string path, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
