using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bridge.Ports.Tests.Sockets.Streams;

/// <summary>An application with a stream connection as people write them. Every wait is bounded.</summary>
internal sealed class StreamApplication : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    private StreamApplication(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>What the gateway answered to the first line.</summary>
    public string Answer { get; private set; } = "";

    /// <summary>Connects and says nothing.</summary>
    public static StreamApplication Connect(EndPoint address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, address is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        socket.Connect(address);
        return new StreamApplication(socket);
    }

    /// <summary>Connects, says what to open and reads the answer.</summary>
    public static async Task<StreamApplication> Open(EndPoint address, string line)
    {
        StreamApplication application = Connect(address);
        await application.Write(Encoding.UTF8.GetBytes(line + "\n"));
        await application.ReadAnswer();
        return application;
    }

    public static EndPoint Of(Loopback loopback, string device) => new UnixDomainSocketEndPoint(loopback.Run[$"{device}/stream"]);

    public async Task ReadAnswer()
    {
        List<byte> line = [];
        while (await ReadExactly(1) is [var next] && next != '\n')
        {
            line.Add(next);
        }

        Answer = Encoding.UTF8.GetString([.. line]);
    }

    public async Task Write(ReadOnlyMemory<byte> bytes)
    {
        using CancellationTokenSource bound = new(Patience.Time);
        await _stream.WriteAsync(bytes, bound.Token);
    }

    public Task Send(byte[] message) => Write(Frame(message));

    public static byte[] Frame(byte[] message)
    {
        byte[] frame = new byte[2 + message.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(frame, (ushort)message.Length);
        message.CopyTo(frame, 2);
        return frame;
    }

    public Task Send(uint destination, byte[] message)
    {
        byte[] frame = new byte[10 + message.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(frame, (ushort)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(6), destination);
        message.CopyTo(frame, 10);
        return Write(frame);
    }

    /// <summary>The next message; null at the end.</summary>
    public async Task<byte[]?> Receive()
    {
        byte[] header = await ReadExactly(2);
        return header.Length == 0 ? null : await ReadExactly(BinaryPrimitives.ReadUInt16LittleEndian(header));
    }

    /// <summary>The next addressed message.</summary>
    public async Task<(uint Source, uint Destination, byte[] Message)> ReceiveAddressed()
    {
        byte[] header = await ReadExactly(10);
        return (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(2)), BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(6)),
            await ReadExactly(BinaryPrimitives.ReadUInt16LittleEndian(header)));
    }

    /// <summary>Reads until the gateway has closed; what is left is not looked at.</summary>
    public async Task ReadToEnd()
    {
        try
        {
            while (await ReadExactly(1) is [_])
            {
            }
        }
        catch (IOException)
        {
            // Broken off: an end, too.
        }
    }

    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => _stream.Dispose();

    private async Task<byte[]> ReadExactly(int count)
    {
        using CancellationTokenSource bound = new(Patience.Time);
        byte[] bytes = new byte[count];
        int read = await _stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, bound.Token);
        Assert.True(read == count || read == 0, $"the stream ended after {read} of {count} bytes");
        return bytes[..read];
    }
}
