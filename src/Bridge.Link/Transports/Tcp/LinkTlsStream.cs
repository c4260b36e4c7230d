using System.Net.Security;
using System.Runtime.CompilerServices;

namespace Bridge.Link.Transports.Tcp;

/// <summary>
/// TLS whose large reads go on where they were completed, on the socket's thread: under load a hand-off costs more than it brings. Small ones go on in the thread pool, whose threads
/// look around for a moment before they sleep: who exchanges single messages is served by a thread that is awake. See <see cref="SocketThreads"/>.
/// </summary>
internal sealed class LinkTlsStream(Stream socket) : SslStream(socket, leaveInnerStreamOpen: false)
{
    // A few messages. Completions of a burst come in small reads, the burst itself in records of 16 KiB.
    private const int Large = 2048;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await base.ReadAsync(buffer, cancellationToken);
        if (count < Large)
            await SocketThreads.Leave();
        return count;
    }
}
