using System.Net.Sockets;

namespace Bridge.Gateway.Lab;

/// <summary>An application that sends numbered messages as fast as its socket takes them, and counts what was taken.</summary>
internal sealed class NumberedSender(Socket socket, int seed, Delivery delivery)
{
    /// <summary>Sends until the message that is said to be the last one has been taken.</summary>
    /// <param name="isLast">Whether the next one, of that number, is the last.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task RunAsync(Func<long, bool> isLast, CancellationToken stop)
    {
        NumberedMessage messages = new(seed);
        byte[] message = new byte[NumberedMessage.Maximum];
        for (bool last = false; !last;)
        {
            last = isLast(delivery.Accepted);
            int length = messages.Write(delivery.Accepted, last, message);
            await socket.SendAsync(message.AsMemory(0, length), SocketFlags.None, stop);
            delivery.CountAccepted();
        }
    }
}
