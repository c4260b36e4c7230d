using System.Net;
using System.Net.Quic;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.EndToEnd.Tests.Strangers;

/// <summary>Who comes to an open UDP port.</summary>
[SupportedOSPlatform("linux")]
internal static class QuicStrangers
{
    /// <summary>Datagrams that mean nothing.</summary>
    public static async Task SendDatagramsAsync(IPEndPoint port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Random random = new(1);
        for (int i = 0; i < 200; i++)
        {
            byte[] datagram = new byte[random.Next(1400)];
            random.NextBytes(datagram);
            await socket.SendToAsync(datagram, port).Bounded();
        }
    }

    /// <summary>A QUIC client that is not the peer: it may believe for a moment that it is in, and then hears nothing but the end.</summary>
    public static async Task GreetAsync(IPEndPoint port, X509Certificate2? certificate)
    {
        try
        {
            await using QuicConnection connection = await QuicConnection.ConnectAsync(new QuicClientConnectionOptions
            {
                ClientAuthenticationOptions = StrangerTls.Options(certificate, SslProtocols.Tls13),
                DefaultCloseErrorCode = 0,
                DefaultStreamErrorCode = 0,
                RemoteEndPoint = port,
            }).AsTask().Bounded();
            await using QuicStream stream = await connection.OpenOutboundStreamAsync(QuicStreamType.Bidirectional).AsTask().Bounded();
            await stream.WriteAsync(new byte[1]).AsTask().Bounded();
            Assert.Equal(0, await stream.ReadAsync(new byte[1]).AsTask().Bounded());
        }
        catch (Exception refused) when (refused is QuicException or AuthenticationException)
        {
            // As it should be.
        }
    }
}
