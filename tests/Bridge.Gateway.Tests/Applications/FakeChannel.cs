using System.Net.Sockets;

namespace Bridge.Gateway.Tests.Applications;

/// <summary>
/// Stands in for a pair of gateways: <c>services/NAME</c> and <c>channels/NAME</c> of one device in one run directory, joined packet by packet.
/// When one application leaves, the other is shown the end, and the next pair is accepted.
/// </summary>
internal sealed class FakeChannel : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _services;
    private readonly Socket _channels;
    private readonly Task _serving;

    public FakeChannel(string runDirectory, string name)
    {
        _services = Listen(Path.Combine(runDirectory, "rpmsg0", "services"), name);
        _channels = Listen(Path.Combine(runDirectory, "rpmsg0", "channels"), name);
        _serving = ServeAsync(_stop.Token);
    }

    /// <summary>Looks at, changes or drops (null) each packet from the channel's application to the service's.</summary>
    public Func<byte[], byte[]?> Forward { get; set; } = static packet => packet;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.Bounded();
        _services.Dispose();
        _channels.Dispose();
        _stop.Dispose();
    }

    private static Socket Listen(string directory, string name)
    {
        Directory.CreateDirectory(directory);
        Socket socket = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(directory, name)));
        socket.Listen();
        return socket;
    }

    private async Task ServeAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                using Socket service = await _services.AcceptAsync(cancellation);
                using Socket channel = await _channels.AcceptAsync(cancellation);
                using CancellationTokenSource pair = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                Task[] pumps = [PumpAsync(channel, service, packet => Forward(packet), pair.Token), PumpAsync(service, channel, static packet => packet, pair.Token)];
                await Task.WhenAny(pumps);
                await pair.CancelAsync();
                await Task.WhenAll(pumps);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, Func<byte[], byte[]?> change, CancellationToken cancellation)
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(), cancellation) is > 0 and int length)
            {
                if (change(buffer[..length]) is { } packet)
                {
                    await to.SendAsync(packet.AsMemory(), cancellation);
                }
            }
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException)
        {
            // One of the two has left, or the pair is being parted: either way this direction is over.
        }
    }
}
