using System.Net;
using System.Net.Sockets;
using Bridge.Gateway.Commands;
using Bridge.Linux;

namespace Bridge.Gateway.Composition;

/// <summary>The link's listening sockets that a service manager made and handed over (socket activation).</summary>
internal static class InheritedListeners
{
    /// <summary>Finds them, by the address that they listen on.</summary>
    /// <param name="descriptors">What was handed over, without what was kept for an earlier process. Taken over.</param>
    /// <exception cref="CommandFailedException">One of them is no listening TCP socket.</exception>
    public static Dictionary<IPEndPoint, Socket> Find(IEnumerable<InheritedDescriptor> descriptors)
    {
        Dictionary<IPEndPoint, Socket> listeners = [];
        foreach (InheritedDescriptor inherited in descriptors)
        {
            Socket socket = TakeSocket(inherited);
            if (socket is { SocketType: SocketType.Dgram, AddressFamily: AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 })
            {
                throw new CommandFailedException(
                    ExitCode.Configuration, $"The service manager handed over the UDP socket {socket.LocalEndPoint}, which QUIC cannot take over. Leave ListenDatagram= out of the socket unit: the gateway binds UDP itself.");
            }

            if (socket is not { SocketType: SocketType.Stream, ProtocolType: ProtocolType.Tcp, LocalEndPoint: IPEndPoint address } || !IsListening(socket) || !listeners.TryAdd(address, socket))
                throw new CommandFailedException(ExitCode.Configuration, $"What the service manager handed over as '{inherited.Name}' is no listening TCP socket: a socket unit for a gateway has ListenStream=PORT and Accept=no.");
        }

        return listeners;
    }

    private static bool IsListening(Socket socket) => socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection) is 1;

    private static Socket TakeSocket(InheritedDescriptor inherited)
    {
        try
        {
            return inherited.TakeSocket();
        }
        catch (SocketException failure)
        {
            throw new CommandFailedException(ExitCode.Configuration, $"What the service manager handed over as '{inherited.Name}' is no socket: {failure.Message}.", failure);
        }
    }
}
