using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Bridge.Client;

/// <summary>One connected SEQPACKET socket: one packet is one message. One reader and one writer at a time.</summary>
internal sealed class Connection(Socket socket, long opened) : IDisposable
{
    // A receive of no bytes would be answered without one, so consuming and asking take a byte.
    private readonly byte[] _byte = new byte[1];

    /// <summary>When it was opened, as a timestamp of the clock.</summary>
    public long Opened { get; } = opened;

    /// <summary>Sends one message, whole or not at all; waits for room.</summary>
    /// <exception cref="SocketException">The kernel did not take it.</exception>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation) => socket.SendAsync(message, SocketFlags.None, cancellation);

    /// <summary>Sends one message if there is room; WouldBlock if not.</summary>
    public SocketError TrySend(ReadOnlySpan<byte> message)
    {
        socket.Send(message, SocketFlags.None, out SocketError error);
        return error;
    }

    /// <summary>Receives one message; 0 at the end.</summary>
    /// <exception cref="RpmsgException"><see cref="RpmsgError.BufferTooShort"/>: the message is still there.</exception>
    /// <exception cref="SocketException">The socket is unusable.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        // With MSG_TRUNC the result is the packet's real length. Into a buffer that could be too short it is only peeked, and taken when it fits.
        bool peek = buffer.Length < RpmsgChannelOptions.LargestMessageLength;
        SocketFlags flags = SocketFlags.Truncated | (peek ? SocketFlags.Peek : SocketFlags.None);
        while (true)
        {
            int length;
            try
            {
                length = await socket.ReceiveAsync(buffer.IsEmpty ? _byte : buffer, flags, cancellation).ConfigureAwait(false);
            }
            catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
            {
                // Once, before what is left to be received: the other end was closed while packets of ours lay unread.
                continue;
            }

            if (length > buffer.Length)
            {
                throw new RpmsgException(RpmsgError.BufferTooShort, $"a message of {length} bytes does not fit the buffer of {buffer.Length}: receive it again with a buffer of at least {length} bytes.");
            }

            if (peek && length > 0)
            {
                Consume();
            }

            return length;
        }
    }

    /// <summary>Nothing can be sent or added any more; what has arrived can still be received. The gateway sees that its application has gone.</summary>
    public void End()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException gone) when (gone.SocketErrorCode == SocketError.NotConnected)
        {
            // The other end was quicker.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    /// <summary>Takes the packet that was peeked. It is there, so this does not wait.</summary>
    private void Consume()
    {
        SocketError error;
        do
        {
            socket.Receive(_byte, SocketFlags.Truncated, out error);
        }
        while (error == SocketError.ConnectionReset);
        if (error != SocketError.Success)
        {
            throw new SocketException((int)error);
        }
    }
}
