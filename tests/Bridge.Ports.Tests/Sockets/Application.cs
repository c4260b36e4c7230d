using System.Net.Sockets;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>An application as people write them: a SEQPACKET socket of the runtime, not of this project. Every wait is bounded.</summary>
internal sealed class Application : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
    private readonly byte[] _buffer = new byte[70_000];

    private Application()
    {
    }

    public static Application Connect(string path)
    {
        Application application = new();
        try
        {
            application._socket.Connect(new UnixDomainSocketEndPoint(path));
            return application;
        }
        catch (SocketException)
        {
            application.Dispose();
            throw;
        }
    }

    /// <summary>Sends one packet, waiting for room.</summary>
    public async Task Send(ReadOnlyMemory<byte> packet)
    {
        using CancellationTokenSource bound = new(Patience.Time);
        await _socket.SendAsync(packet, SocketFlags.None, bound.Token);
    }

    /// <summary>Sends one packet if there is room now.</summary>
    public bool TrySend(ReadOnlySpan<byte> packet)
    {
        _socket.Blocking = false;
        _socket.Send(packet, SocketFlags.None, out SocketError error);
        _socket.Blocking = true;
        return error == SocketError.Success || (error == SocketError.WouldBlock ? false : throw new SocketException((int)error));
    }

    /// <summary>Receives one packet; empty at the end.</summary>
    public async Task<byte[]> Receive()
    {
        using CancellationTokenSource bound = new(Patience.Time);
        int length = await _socket.ReceiveAsync(_buffer, SocketFlags.None, bound.Token);
        return _buffer[..length];
    }

    /// <summary>Receives until the end; returns what came before it.</summary>
    public async Task<List<byte[]>> ReceiveToEnd()
    {
        List<byte[]> packets = [];
        while (await Receive() is { Length: > 0 } packet)
        {
            packets.Add(packet);
        }

        return packets;
    }

    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => _socket.Dispose();
}
