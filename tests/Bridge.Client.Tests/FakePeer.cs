using Bridge.Linux;

namespace Bridge.Client.Tests;

/// <summary>The gateway's end of a connection.</summary>
internal sealed class FakePeer(SeqPacketSocket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[1 << 16];

    public void Send(params byte[] message) => Assert.Equal(SendOutcome.Sent, socket.Send(message));

    /// <summary>The next message; null at the end.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        byte[]? message = null;
        await Patience.UntilAsync(
            () =>
            {
                switch (socket.Receive(_buffer, out int length))
                {
                    case ReceiveOutcome.Packet:
                        message = _buffer[..length];
                        return true;
                    case ReceiveOutcome.WouldBlock or ReceiveOutcome.Reset:
                        return false;
                    default:
                        return true;
                }
            },
            "a message");
        return message;
    }

    /// <summary>Receives what is there, without waiting; how many messages that were.</summary>
    public int Drain() => ReceiveAll().Count;

    /// <summary>Receives what is there, without waiting.</summary>
    public IReadOnlyList<byte[]> ReceiveAll()
    {
        List<byte[]> messages = [];
        while (socket.Receive(_buffer, out int length) == ReceiveOutcome.Packet)
        {
            messages.Add(_buffer[..length]);
        }

        return messages;
    }

    /// <summary>As the gateway ends a connection: the application finds what was sent to it, and then the end. What nobody will see any more.</summary>
    public IReadOnlyList<byte[]> End()
    {
        socket.Shutdown(ShutdownDirection.Both);
        IReadOnlyList<byte[]> unread = ReceiveAll();
        socket.Dispose();
        return unread;
    }

    /// <summary>As the kernel ends it when the gateway is killed.</summary>
    public void Dispose() => socket.Dispose();
}
