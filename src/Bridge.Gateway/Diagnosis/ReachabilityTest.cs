using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Diagnosis;

/// <summary>Whether the peers' ports answer over UDP and TCP, and how large a packet the path takes. Nothing is proven or learnt of keys.</summary>
internal sealed class ReachabilityTest(TimeProvider time)
{
    // Packets of 1500, 1420 (WireGuard), 1400, 1380, 1300 and 1280 bytes over either protocol.
    private static readonly int[] s_packets = [1500, 1420, 1400, 1380, 1300, 1280];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1), s_connect = TimeSpan.FromSeconds(5);

    /// <summary>Tests every address of every peer, all at the same time.</summary>
    public async Task<string> RunAsync(IReadOnlyList<PeerReport> peers, CancellationToken cancellation)
    {
        StringBuilder lines = new();
        foreach (PeerReport peer in peers)
        {
            if (peer.Connect.Count == 0)
                lines.Append(CultureInfo.InvariantCulture, $"{peer.Peer}: is awaited, not dialled; run `rpmsg-bridge diag` on its machine\n");
            foreach (string one in await Task.WhenAll(peer.Connect.Select(address => TestAsync(peer, address, cancellation))))
                lines.Append(one);
        }

        return lines.ToString();
    }

    private async Task<string> TestAsync(PeerReport peer, string address, CancellationToken cancellation)
    {
        StringBuilder lines = new();
        int colon = address.LastIndexOf(':');
        string host = address[..colon].Trim('[', ']');
        int port = int.Parse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture);
        IPAddress[] found;
        try
        {
            found = [.. (await Dns.GetHostAddressesAsync(host, cancellation)).Distinct()];
        }
        catch (SocketException failure)
        {
            return $"{peer.Peer} {address}: the name has no address here: {failure.Message}\n";
        }

        foreach (IPEndPoint endPoint in found.Select(one => new IPEndPoint(one, port)))
        {
            lines.Append(CultureInfo.InvariantCulture, $"{peer.Peer} {address} at {endPoint}\n");
            lines.Append(CultureInfo.InvariantCulture, $"  TCP  {await TcpAsync(endPoint, cancellation)}\n");
            lines.Append(CultureInfo.InvariantCulture, $"  UDP  {(peer.Transport == "tcp" ? "not used (transport tcp)" : await UdpAsync(endPoint, cancellation))}\n");
        }

        return lines.ToString();
    }

    private async Task<string> TcpAsync(IPEndPoint endPoint, CancellationToken cancellation)
    {
        using Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource limit = new(s_connect, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        long begin = time.GetTimestamp();
        try
        {
            await socket.ConnectAsync(endPoint, either.Token);
            return string.Create(CultureInfo.InvariantCulture, $"reachable, connected in {time.GetElapsedTime(begin).TotalMilliseconds:0.0} ms");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer within {s_connect.TotalSeconds} s: something on the way drops it, or the machine is off";
        }
        catch (SocketException failure)
        {
            return $"not reachable: {failure.Message}";
        }
    }

    private static async Task<string> UdpAsync(IPEndPoint endPoint, CancellationToken cancellation)
    {
        if (await VersionProbe.AskAsync(endPoint, VersionProbe.Smallest, s_patience, cancellation) is { } why)
            return $"not reachable: {why}. Either something on the way drops UDP, or the gateway there does not run or has no QUIC; auto then uses TCP";
        int headers = endPoint.AddressFamily == AddressFamily.InterNetworkV6 ? 48 : 28;
        foreach (int packet in s_packets)
        {
            if (await VersionProbe.AskAsync(endPoint, Math.Max(packet - headers, VersionProbe.Smallest), s_patience, cancellation) is null)
                return $"reachable, QUIC is spoken there; path MTU {(packet == s_packets[0] ? "at least " : "")}{packet} bytes";
        }

        return $"reachable, QUIC is spoken there; path MTU {VersionProbe.Smallest + headers} bytes at least, and less than {s_packets[^1]}";
    }
}
