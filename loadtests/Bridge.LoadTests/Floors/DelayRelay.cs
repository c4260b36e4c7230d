using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bridge.LoadTests.Measuring;
using Bridge.LoadTests.Processes;

namespace Bridge.LoadTests.Floors;

/// <summary>A long line: passes TCP and UDP on to a port after a delay each way. It loses nothing by itself and bounds nothing but what lies in it.</summary>
internal static class DelayRelay
{
    public const string Role = "delay";

    // What a fast sender may have under way: 256 MiB a second for 20 ms is 5 MiB. More waits in the sender's socket.
    private const int MaximumPieces = 65_536;
    private const int SocketBuffer = 8 << 20;

    /// <summary>Arguments: port to listen on, port to pass on to, delay one way in milliseconds.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        IPEndPoint near = new(IPAddress.Loopback, int.Parse(arguments[0], CultureInfo.InvariantCulture)), far = new(IPAddress.Loopback, int.Parse(arguments[1], CultureInfo.InvariantCulture));
        TimeSpan delay = TimeSpan.FromMilliseconds(int.Parse(arguments[2], CultureInfo.InvariantCulture));
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(near);
        listener.Listen();
        using Socket front = Datagrams(near);
        ParentWatch.SayReady();
        await Task.WhenAll(PassDatagramsAsync(front, far, delay), AcceptAsync(listener, far, delay));
        return 0;
    }

    private static async Task AcceptAsync(Socket listener, IPEndPoint far, TimeSpan delay)
    {
        List<Task> connections = [];
        while (true)
        {
            Socket client = await listener.AcceptAsync();
            connections.Add(PassStreamAsync(client, far, delay));
        }
    }

    private static async Task PassStreamAsync(Socket client, IPEndPoint far, TimeSpan delay)
    {
        using (client)
        using (Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                await server.ConnectAsync(far);
                (client.NoDelay, server.NoDelay) = (true, true);
                await Task.WhenAny(PassAsync(client, server), PassAsync(server, client));
            }
            catch (SocketException)
            {
                // The gateway behind it does not listen yet; the other one tries again.
            }
        }

        Task PassAsync(Socket from, Socket to) => CarryAsync(
            async buffer => await from.ReceiveAsync(buffer), bytes => to.Send(bytes.Span), delay);
    }

    private static async Task PassDatagramsAsync(Socket front, IPEndPoint far, TimeSpan delay)
    {
        // One client: the dialling gateway. It may come with another port after a new attempt.
        EndPoint client = new IPEndPoint(IPAddress.Loopback, 0);
        using Socket back = Datagrams(new IPEndPoint(IPAddress.Loopback, 0));
        await Task.WhenAll(
            CarryAsync(
                async buffer =>
                {
                    SocketReceiveFromResult received = await front.ReceiveFromAsync(buffer, client);
                    client = received.RemoteEndPoint;
                    return received.ReceivedBytes;
                },
                bytes => back.SendTo(bytes.Span, far),
                delay),
            CarryAsync(async buffer => (await back.ReceiveFromAsync(buffer, far)).ReceivedBytes, bytes => front.SendTo(bytes.Span, client), delay));
    }

    private static async Task CarryAsync(Func<Memory<byte>, ValueTask<int>> receive, Func<ReadOnlyMemory<byte>, int> send, TimeSpan delay)
    {
        using BlockingCollection<(long Due, byte[] Bytes)> way = new(MaximumPieces);
        Task<bool> sending = OnThread.RunAsync(() => Send(way, send));
        byte[] buffer = new byte[1 << 17];
        try
        {
            while (!sending.IsCompleted)
            {
                int count;
                try
                {
                    count = await receive(buffer);
                }
                catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
                {
                    // A datagram found nobody; the next one may.
                    continue;
                }

                if (count == 0)
                    break;
                way.Add((TimeProvider.System.GetTimestamp() + (long)(delay.TotalSeconds * TimeProvider.System.TimestampFrequency), buffer[..count]));
            }
        }
        finally
        {
            way.CompleteAdding();
            await sending;
        }
    }

    private static bool Send(BlockingCollection<(long Due, byte[] Bytes)> way, Func<ReadOnlyMemory<byte>, int> send)
    {
        using DueClock clock = new();
        foreach ((long due, byte[] bytes) in way.GetConsumingEnumerable())
        {
            clock.WaitUntil(due);
            for (int sent = 0; sent < bytes.Length;)
                sent += send(bytes.AsMemory(sent));
        }

        return true;
    }

    private static Socket Datagrams(IPEndPoint address)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = SocketBuffer, SendBufferSize = SocketBuffer };
        socket.Bind(address);
        return socket;
    }
}
