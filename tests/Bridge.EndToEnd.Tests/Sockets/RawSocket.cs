using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bridge.EndToEnd.Tests.Sockets;

/// <summary>Sockets as careless and hostile applications use them. Every call waits, for a limited time: use them on the thread pool.</summary>
internal static class RawSocket
{
    private static readonly int LimitMilliseconds = (int)Bounds.Limit.TotalMilliseconds;

    public static Socket Connect(string path, SocketType type) => Connect(new UnixDomainSocketEndPoint(path), type, ProtocolType.Unspecified);

    public static Socket Connect(IPEndPoint address) => Connect(address, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Opens a stream connection and says its line; the answer is "ok ...".</summary>
    public static Socket Open(string path, string line)
    {
        Socket socket = Connect(path, SocketType.Stream);
        socket.Send(Encoding.ASCII.GetBytes(line + "\n"));
        string answer = ReadLine(socket);
        Assert.True(answer.StartsWith("ok ", StringComparison.Ordinal), answer);
        return socket;
    }

    /// <summary>A line without its newline; what there was at the end.</summary>
    public static string ReadLine(Socket socket)
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (socket.Receive(one) == 1 && one[0] != '\n')
            line.Append((char)one[0]);
        return line.ToString();
    }

    /// <summary>Reads until the other end has closed, in whatever way.</summary>
    public static void ReadToEnd(Socket socket)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (socket.Receive(buffer) > 0)
            {
                // Whatever it is.
            }
        }
        catch (SocketException closed) when (closed.SocketErrorCode is SocketError.ConnectionReset)
        {
            // It had not read everything.
        }
    }

    /// <summary>One packet and the packet that answers it.</summary>
    public static string Ask(Socket control, string request)
    {
        control.Send(Encoding.UTF8.GetBytes(request));
        byte[] reply = new byte[65536];
        return Encoding.UTF8.GetString(reply, 0, control.Receive(reply));
    }

    private static Socket Connect(EndPoint place, SocketType type, ProtocolType protocol)
    {
        Socket socket = new(place.AddressFamily, type, protocol) { ReceiveTimeout = LimitMilliseconds, SendTimeout = LimitMilliseconds };
        try
        {
            socket.Connect(place);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
