using Bridge.Linux;

namespace Bridge.Ports.Sockets;

/// <summary>
/// Ends a socket so that the application finds everything that was handed over to it, and then the end of file. Closing while packets of the application lie
/// unread would give it ECONNRESET first: so first nothing more can come, then the rest is received and counted.
/// </summary>
internal static class OrderlyEnd
{
    /// <summary>Ends the direction from the application, or both; returns how many of its packets nobody will see.</summary>
    public static int Shutdown(SeqPacketSocket socket, ShutdownDirection direction)
    {
        socket.Shutdown(direction);
        int unread = 0;
        // Ends: nothing can be added any more, and a socket holds a few hundred packets.
        while (true)
        {
            switch (socket.Receive([], out _))
            {
                case ReceiveOutcome.Packet:
                    unread++;
                    break;
                case ReceiveOutcome.Reset:
                    break;
                default:
                    return unread;
            }
        }
    }
}
