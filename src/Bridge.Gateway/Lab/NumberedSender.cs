using System.Net.Sockets;
using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Lab;

/// <summary>An application that sends numbered messages as fast as its socket takes them, and counts what was taken.</summary>
internal sealed class NumberedSender(LabConnection connection, int seed, Delivery delivery)
{
    /// <summary>Sends until the message that is said to be the last one has been taken.</summary>
    /// <param name="isLast">Whether the next one, of that number, is the last.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="CommandFailedException">The connection ended, and no other followed.</exception>
    public async Task RunAsync(Func<long, bool> isLast, CancellationToken stop)
    {
        NumberedMessage messages = new(seed);
        byte[] message = new byte[NumberedMessage.Maximum];
        Socket socket = connection.Current;
        for (bool last = false; !last;)
        {
            last = isLast(delivery.Accepted);
            int length = messages.Write(delivery.Accepted, last, message);
            while (!await TrySendAsync(socket, message.AsMemory(0, length), stop))
            {
                socket = await connection.NextAsync(socket, stop)
                    ?? throw new CommandFailedException(ExitCode.Failure, $"a channel ended after {delivery.Accepted} messages were sent.");
            }

            delivery.CountAccepted();
        }
    }

    /// <summary>False: the connection had ended, and the kernel has not taken the message.</summary>
    private static async ValueTask<bool> TrySendAsync(Socket socket, ReadOnlyMemory<byte> message, CancellationToken stop)
    {
        try
        {
            await socket.SendAsync(message, SocketFlags.None, stop);
            return true;
        }
        // EPIPE, which .NET calls so for a local socket, and ECONNRESET.
        catch (SocketException ended) when (ended.SocketErrorCode is SocketError.Shutdown or SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NotConnected)
        {
            return false;
        }
    }
}
