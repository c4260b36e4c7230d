using System.Net;
using System.Net.Sockets;

namespace Bridge.Gateway.Lab;

/// <summary>Ports for the lab's own use.</summary>
internal static class LoopbackPort
{
    /// <summary>A port on which nobody listens now, neither over TCP nor over UDP.</summary>
    public static IPEndPoint Free()
    {
        while (true)
        {
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var address = (IPEndPoint)tcp.LocalEndPoint!;
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                udp.Bind(address);
                return address;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one, then.
            }
        }
    }
}
