using System.Net.Sockets;
using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Lab;

/// <summary>What a SEQPACKET socket of this machine holds: that many messages can have been accepted by <c>send()</c> and not yet read by a gateway.</summary>
internal static class SocketCapacity
{
    /// <summary>Messages of the shortest kind of the lab, sent until one would wait; the kernel counts buffers, so longer ones are fewer.</summary>
    public static long Measure()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using Socket listener = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            using Socket socket = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Blocking = false;
            byte[] message = new byte[NumberedMessage.Minimum];
            for (long held = 0; ; held++)
            {
                socket.Send(message, SocketFlags.None, out SocketError error);
                if (error == SocketError.WouldBlock)
                    return held;
                if (error != SocketError.Success)
                    throw new CommandFailedException(ExitCode.Failure, $"a socket's capacity cannot be found out: {error}.");
            }
        }
        finally
        {
            File.Delete(path);
        }
    }
}
