using System.Net.Sockets;

namespace Bridge.EndToEnd.Tests.Applications;

/// <summary>An application at a gateway's socket: one packet is one message.</summary>
internal sealed class Application : IDisposable
{
    /// <summary>The longest message with the default buffers.</summary>
    public const int MaximumMessage = 496;

    private readonly Socket _socket;

    private Application(Socket socket) => _socket = socket;

    /// <summary>Bytes that could be received at once.</summary>
    public int Available => _socket.Available;

    /// <summary>Connects, as soon as somebody listens there.</summary>
    public static async Task<Application> ConnectAsync(string path)
    {
        Socket? socket = null;
        string problem = "";
        await Bounds.UntilAsync(
            async () =>
            {
                socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path)).Bounded();
                    return true;
                }
                catch (SocketException refused)
                {
                    problem = refused.Message;
                    socket.Dispose();
                    return false;
                }
            },
            $"connecting to {path}",
            () => problem);
        return new Application(socket!);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> message) => await _socket.SendAsync(message, SocketFlags.None);

    /// <summary>The next message's length; 0 at the end.</summary>
    public async Task<int> ReceiveAsync(Memory<byte> buffer) => await _socket.ReceiveAsync(buffer, SocketFlags.None);

    /// <summary>The next message.</summary>
    public async Task<byte[]> ReceiveAsync()
    {
        byte[] buffer = new byte[MaximumMessage];
        int length = await ReceiveAsync(buffer).Bounded();
        return buffer[..length];
    }

    /// <summary>Receives what is left until the end; how many messages that were. A reset is thrown as it comes.</summary>
    public async Task<int> ReceiveToEndAsync()
    {
        byte[] buffer = new byte[MaximumMessage];
        int messages = 0;
        while (await ReceiveAsync(buffer).Bounded() > 0)
            messages++;
        return messages;
    }

    /// <summary>Sends a file in messages of the greatest length.</summary>
    public async Task SendFileAsync(ReadOnlyMemory<byte> file)
    {
        for (int at = 0; at < file.Length; at += MaximumMessage)
            await SendAsync(file.Slice(at, Math.Min(MaximumMessage, file.Length - at)));
    }

    /// <summary>Receives a file of that length.</summary>
    public async Task<byte[]> ReceiveFileAsync(int length)
    {
        byte[] file = new byte[length];
        for (int at = 0; at < length;)
        {
            int received = await ReceiveAsync(file.AsMemory(at));
            Assert.True(received > 0, $"The end came after {at} of {length} bytes.");
            at += received;
        }

        return file;
    }

    public void Dispose() => _socket.Dispose();
}
