using System.Net.Sockets;
using System.Security.Authentication;

namespace Bridge.Link.Transports;

/// <summary>Which exceptions mean that a transport broke, as opposed to a defect of this program.</summary>
internal static class TransportFaults
{
    /// <remarks>QuicException is an IOException.</remarks>
    public static bool Is(Exception e) =>
        e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException or PeerRefusedException;
}
