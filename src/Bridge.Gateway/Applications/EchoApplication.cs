using System.Net.Sockets;

namespace Bridge.Gateway.Applications;

/// <summary>Offers a service and sends every message back to where it came from, for one peer after the other, until cancelled.</summary>
/// <param name="target">The service.</param>
/// <param name="patience">How long the service may be missing or taken before it is first offered; see <see cref="SocketConnector"/>.</param>
/// <param name="output">Takes a line whenever a peer comes or goes.</param>
/// <param name="notices">Takes a line when the service is waited for.</param>
/// <param name="time">Paces the attempts to offer the service again.</param>
internal sealed class EchoApplication(SocketTarget target, TimeSpan patience, TextWriter output, TextWriter notices, TimeProvider time)
{
    /// <summary>No rpmsg message is longer than a buffer, and no buffer than this.</summary>
    private const int MaximumMessage = 65536;

    // While a service is taken its socket is gone; after the peer has left, the gateway needs a moment to bring it back.
    private static readonly TimeSpan RetryLimit = TimeSpan.FromSeconds(10);

    private readonly byte[] _buffer = new byte[MaximumMessage];

    /// <summary>Messages sent back so far.</summary>
    public long Messages { get; private set; }

    /// <summary>Bytes sent back so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Peers that sent something so far.</summary>
    public long Peers { get; private set; }

    /// <summary>Runs until cancelled, which is its ordinary end.</summary>
    /// <exception cref="Commands.CommandFailedException">The service cannot be offered, or no longer.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            Socket socket = await OfferAsync(patience, cancellation);
            await output.WriteLineAsync($"offering {target.Path}");
            while (true)
            {
                using (socket)
                {
                    await ServeAsync(socket, cancellation);
                }

                socket = await OfferAsync(patience == Timeout.InfiniteTimeSpan || patience > RetryLimit ? patience : RetryLimit, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await output.WriteLineAsync($"echoed {Messages} messages, {Bytes} bytes, {Peers} peers");
        }
    }

    private Task<Socket> OfferAsync(TimeSpan limit, CancellationToken cancellation) => new SocketConnector(target, limit, notices, time).ConnectAsync(cancellation);

    private async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        long messages = 0;
        long bytes = 0;
        string end = "the peer has gone";
        try
        {
            while (true)
            {
                int length = await socket.ReceiveAsync(_buffer.AsMemory(), cancellation);
                if (length == 0)
                {
                    break;
                }

                if (messages++ == 0)
                {
                    Peers++;
                    await output.WriteLineAsync($"peer {Peers}: first message, {length} bytes");
                }

                bytes += length;
                await socket.SendAsync(_buffer.AsMemory(0, length), cancellation);
                Messages++;
                Bytes += length;
            }
        }
        catch (SocketException failure)
        {
            end = failure.Message;
        }

        await output.WriteLineAsync(messages == 0 ? $"no peer came: {end}" : $"peer {Peers}: {end} after {messages} messages, {bytes} bytes");
    }
}
