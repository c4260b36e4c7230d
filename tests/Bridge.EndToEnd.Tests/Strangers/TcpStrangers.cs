using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.EndToEnd.Tests.Strangers;

/// <summary>Who comes to an open TCP port.</summary>
internal static class TcpStrangers
{
    // The TLS alert record (RFC 8446, 5.1): the only thing that a stranger may hear.
    private const byte Alert = 0x15;

    /// <summary>One of each kind, and many that only connect.</summary>
    public static async Task VisitAsync(IPEndPoint port, int scans)
    {
        using X509Certificate2 certificate = StrangerTls.Certificate();
        byte[] garbage = new byte[5000];
        new Random(1).NextBytes(garbage);
        // Says nothing at all; its time is up after the others have come and gone.
        using Socket silent = await ConnectAsync(port);
        await SayAsync(port, garbage);
        await SayAsync(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        // The beginning of a TLS record of the greatest length, whose rest never comes.
        await SayAsync(port, [0x16, 3, 1, 0xff, 0xff, 1]);
        await GreetAsync(port, null, SslProtocols.Tls13);
        await GreetAsync(port, certificate, SslProtocols.Tls13);
        await GreetAsync(port, certificate, SslProtocols.Tls12);
        for (int i = 0; i < scans; i++)
        {
            using Socket scan = await ConnectAsync(port);
            if (i % 2 == 0)
                scan.LingerState = new LingerOption(true, 0);
        }

        // The gateway hangs up first.
        Assert.Equal(0, await silent.ReceiveAsync(new byte[1]).Bounded());
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(port).Bounded();
        return socket;
    }

    /// <summary>Says something that is no TLS and waits until the gateway hangs up.</summary>
    private static async Task SayAsync(IPEndPoint port, byte[] words)
    {
        using Socket socket = await ConnectAsync(port);
        try
        {
            await socket.SendAsync(words).Bounded();
            socket.Shutdown(SocketShutdown.Send);
            byte[] answer = new byte[4096];
            while (await socket.ReceiveAsync(answer).Bounded() > 0)
                Assert.Equal(Alert, answer[0]);
        }
        catch (SocketException reset)
        {
            Assert.True(reset.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.NotConnected, reset.Message);
        }
    }

    /// <summary>A TLS client that is not the peer: it may believe for a moment that it is in, and then hears nothing but the end.</summary>
    private static async Task GreetAsync(IPEndPoint port, X509Certificate2? certificate, SslProtocols protocols)
    {
        using Socket socket = await ConnectAsync(port);
        await using SslStream tls = new(new NetworkStream(socket));
        try
        {
            await tls.AuthenticateAsClientAsync(StrangerTls.Options(certificate, protocols)).Bounded();
            Assert.Equal(0, await tls.ReadAsync(new byte[1]).AsTask().Bounded());
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            // As it should be.
        }
    }
}
