using System.Net;
using System.Net.Sockets;
using Bridge.Link.Transports.Quic;
using Bridge.Link.Transports.Tcp;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports;

/// <summary>Binds the TCP and the UDP port of a listener, under one number.</summary>
internal sealed class ListenerPorts(LinkListenerOptions options, GatewayIdentity identity, Func<PeerVerification> verification, Func<int> devices)
{
    // Port 0: the kernel picks TCP's number, and somebody may have that number on UDP.
    private const int FreePortAttempts = 16;

    /// <summary>Binds what the options ask for and this machine has.</summary>
    /// <exception cref="SocketException">The address is taken or not ours.</exception>
    /// <exception cref="NotSupportedException">Only QUIC is asked for and there is none; the message says why.</exception>
    public async Task<IReadOnlyList<TransportListener>> BindAsync()
    {
        if (options.Transport == TransportMode.Quic && QuicSupport.WhyNot is { } why)
            throw new NotSupportedException(why);
        IPEndPoint address = options.EndPoint;
        if (address.Address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6)
            address = new IPEndPoint(IPAddress.Any, address.Port);
        for (int attempt = 1; ; attempt++)
        {
            List<TransportListener> bound = [];
            try
            {
                // QUIC before TCP where the number is known: who dials in between would be answered over TCP and stay there.
                if (address.Port != 0 && options.Transport != TransportMode.Tcp && QuicSupport.IsAvailable)
                    bound.Add(await QuicTransportListener.ListenAsync(address, identity, verification, devices, options.MaximumHandshakes, options.HandshakeTimeout));
                if (options.Transport != TransportMode.Quic)
                    bound.Insert(0, options.Inherited is { } inherited ? new TcpTransportListener(inherited, identity, verification) : new TcpTransportListener(address, identity, verification));
                if (address.Port == 0 && options.Transport != TransportMode.Tcp && QuicSupport.IsAvailable)
                {
                    IPEndPoint same = bound.Count == 0 ? address : new IPEndPoint(address.Address, bound[0].LocalEndPoint.Port);
                    bound.Add(await QuicTransportListener.ListenAsync(same, identity, verification, devices, options.MaximumHandshakes, options.HandshakeTimeout));
                }

                return bound;
            }
            catch (Exception e)
            {
                foreach (TransportListener listener in bound)
                    await listener.DisposeAsync();
                if (e is not SocketException || bound.Count == 0 || options.EndPoint.Port != 0 || attempt == FreePortAttempts)
                    throw;
            }
        }
    }
}
