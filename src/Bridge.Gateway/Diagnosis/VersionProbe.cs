using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Bridge.Gateway.Diagnosis;

/// <summary>
/// Asks a UDP port whether QUIC is spoken there, with a datagram of a chosen size that no router may cut: a long header of a version that nobody has, which every QUIC server answers with its
/// own versions (RFC 9000, 6.1), before keys and certificates.
/// </summary>
internal static class VersionProbe
{
    /// <summary>The smallest datagram that is answered (RFC 9000, 14.1).</summary>
    public const int Smallest = 1200;

    private const int ConnectionIdLength = 8;

    // A version of the pattern that is reserved for this (RFC 9000, 15).
    private const uint NoVersion = 0x1a2a3a4a;

    // Linux: IP_MTU_DISCOVER and IPV6_MTU_DISCOVER, IP_PMTUDISC_PROBE: never fragment, and do not believe what is remembered of the path.
    private const int LevelIp = 0, LevelIpV6 = 41, DiscoverIp = 10, DiscoverIpV6 = 23, Probe = 3;

    /// <summary>Asks, once again if nothing comes.</summary>
    /// <param name="address">Where.</param>
    /// <param name="size">Of the datagram's payload, from <see cref="Smallest"/> on.</param>
    /// <param name="patience">For each of both attempts.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null: answered; else why not, in words.</returns>
    public static async Task<string?> AskAsync(IPEndPoint address, int size, TimeSpan patience, CancellationToken cancellation)
    {
        string? why = null;
        for (int attempt = 0; attempt < 2; attempt++)
        {
            // From another port each time: servers answer one address only so often.
            using Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            try
            {
                (int level, int option) = address.AddressFamily == AddressFamily.InterNetworkV6 ? (LevelIpV6, DiscoverIpV6) : (LevelIp, DiscoverIp);
                socket.SetRawSocketOption(level, option, BitConverter.GetBytes(Probe));
                await socket.ConnectAsync(address, cancellation);
                byte[] question = Question(size, out byte[] ours);
                await socket.SendAsync(question, cancellation);
                limit.CancelAfter(patience);
                byte[] answer = new byte[2048];
                while (true)
                {
                    int length = await socket.ReceiveAsync(answer, limit.Token);
                    if (IsAnswer(answer.AsSpan(0, length), ours))
                        return null;
                }
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                why = "no answer";
            }
            catch (SocketException failure)
            {
                why = failure.SocketErrorCode == SocketError.ConnectionRefused ? "nobody listens there" : failure.Message;
            }
        }

        return why;
    }

    /// <summary>The question; internal for tests.</summary>
    internal static byte[] Question(int size, out byte[] ours)
    {
        byte[] datagram = new byte[size];
        ours = RandomNumberGenerator.GetBytes(ConnectionIdLength);
        // Long header, fixed bit, type Initial.
        datagram[0] = 0xc0;
        BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(1), NoVersion);
        datagram[5] = ConnectionIdLength;
        RandomNumberGenerator.Fill(datagram.AsSpan(6, ConnectionIdLength));
        datagram[6 + ConnectionIdLength] = ConnectionIdLength;
        ours.CopyTo(datagram, 7 + ConnectionIdLength);
        return datagram;
    }

    /// <summary>A Version Negotiation packet for us: version 0, and our connection id as its destination.</summary>
    internal static bool IsAnswer(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> ours) =>
        datagram.Length >= 7 + ours.Length && (datagram[0] & 0x80) != 0 && BinaryPrimitives.ReadUInt32BigEndian(datagram[1..]) == 0
            && datagram[5] == ours.Length && datagram.Slice(6, ours.Length).SequenceEqual(ours);
}
