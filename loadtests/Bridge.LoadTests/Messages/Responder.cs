using System.Net.Sockets;

namespace Bridge.LoadTests.Messages;

/// <summary>The other end of every path: counts, sends back and answers, whatever carries the messages.</summary>
internal static class Responder
{
    /// <summary>Serves a path on a thread of its own until it ends.</summary>
    public static void Start(MessagePath path) => new Thread(() => Run(path), 256 * 1024) { IsBackground = true, Name = "responder" }.Start();

    private static void Run(MessagePath path)
    {
        byte[] buffer = new byte[MessagePath.MaximumMessage];
        long counted = 0;
        try
        {
            while (true)
            {
                int length = path.Receive(buffer);
                if (length == 0)
                    return;
                Span<byte> message = buffer.AsSpan(0, length);
                switch (message[0])
                {
                    case TestMessage.Counted:
                        counted++;
                        continue;
                    case TestMessage.Question:
                        TestMessage.Write(message, TestMessage.Question, counted);
                        counted = 0;
                        break;
                    default:
                        break;
                }

                path.Send(message);
                if (!path.HasMore)
                    path.Flush();
            }
        }
        catch (Exception ended) when (ended is IOException or SocketException or ObjectDisposedException)
        {
            // The rig is being taken down; whoever measured says what is missing.
        }
    }
}
