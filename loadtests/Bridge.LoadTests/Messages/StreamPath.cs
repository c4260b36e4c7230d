using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Bridge.LoadTests.Messages;

/// <summary>A byte stream with messages as the bridge's stream sockets carry them: a 2-byte little-endian length, then so many bytes. Written up to 64 KiB at a time.</summary>
internal sealed class StreamPath : MessagePath
{
    /// <summary>As much as a frame of the link holds.</summary>
    public const int WriteSize = 65536;

    private const int Prefix = sizeof(ushort);

    // As much as a reader of the link takes.
    private readonly byte[] _received = new byte[2 * WriteSize];
    private readonly byte[] _sending = new byte[WriteSize];
    private readonly Stream _stream;
    private int _from, _to, _kept;

    public StreamPath(Stream stream, int patience)
    {
        _stream = stream;
        if (stream.CanTimeout && patience != Unbounded)
            (stream.ReadTimeout, stream.WriteTimeout) = (patience, patience);
    }

    public override bool HasMore => _to - _from >= Prefix && _to - _from >= Prefix + BinaryPrimitives.ReadUInt16LittleEndian(_received.AsSpan(_from));

    /// <summary>A Unix stream socket of a pass-through relay.</summary>
    public static StreamPath Connect(string path, int patience) => new(new NetworkStream(ConnectSocket(path), ownsSocket: true), patience);

    /// <summary>A channel or service through a gateway's <c>stream</c> socket.</summary>
    /// <exception cref="IOException">The gateway refused.</exception>
    public static StreamPath Open(string path, string what, int patience)
    {
        NetworkStream stream = new(ConnectSocket(path), ownsSocket: true);
        try
        {
            stream.Write(Encoding.ASCII.GetBytes(what + "\n"));
            StringBuilder answer = new();
            for (int next; (next = stream.ReadByte()) != '\n';)
            {
                if (next < 0)
                    throw new IOException($"{path} ended instead of answering");
                answer.Append((char)next);
            }

            return answer.ToString().StartsWith("ok ", StringComparison.Ordinal) ? new StreamPath(stream, patience) : throw new IOException(answer.ToString());
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public override void Send(ReadOnlySpan<byte> message)
    {
        if (_sending.Length - _kept < Prefix + message.Length)
            Flush();
        BinaryPrimitives.WriteUInt16LittleEndian(_sending.AsSpan(_kept), (ushort)message.Length);
        message.CopyTo(_sending.AsSpan(_kept + Prefix));
        _kept += Prefix + message.Length;
    }

    public override void Flush()
    {
        if (_kept > 0)
            _stream.Write(_sending, 0, _kept);
        _kept = 0;
    }

    public override int Receive(Span<byte> buffer)
    {
        while (!HasMore)
        {
            if (_from > 0)
            {
                _received.AsSpan(_from, _to - _from).CopyTo(_received);
                (_from, _to) = (0, _to - _from);
            }

            int count = _stream.Read(_received, _to, _received.Length - _to);
            if (count == 0)
                return 0;
            _to += count;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(_received.AsSpan(_from));
        _received.AsSpan(_from + Prefix, length).CopyTo(buffer);
        _from += Prefix + length;
        return length;
    }

    public override void Dispose() => _stream.Dispose();

    private static Socket ConnectSocket(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
