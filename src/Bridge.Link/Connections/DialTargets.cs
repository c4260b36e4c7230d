using System.Net;
using System.Net.Sockets;
using Bridge.Link.Transports;
using Bridge.Link.Transports.Quic;

namespace Bridge.Link.Connections;

/// <summary>Which addresses and transports one dial tries, in order. Names are resolved at each dial.</summary>
internal sealed class DialTargets(LinkOptions options, TimeProvider time)
{
    // A path that has become wide again is found out at the first dial after it.
    private static readonly TimeSpan NarrowRest = TimeSpan.FromMinutes(10);

    // Where QUIC did not answer, and until when TCP is used there at once.
    private readonly Dictionary<IPEndPoint, long> _restingSince = [];

    // Where TCP connected and then nothing came through, and since when.
    private readonly Dictionary<IPEndPoint, long> _narrowSince = [];

    /// <summary>The addresses of a host:port, in the resolver's order.</summary>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    /// <exception cref="OperationCanceledException">The resolver takes too long.</exception>
    public static async Task<IPEndPoint[]> ResolveAsync(LinkAddress address, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(address.Host, out IPAddress? literal))
            return [new IPEndPoint(literal, address.Port)];
        IPAddress[] found = await Dns.GetHostAddressesAsync(address.Host, cancellation);
        return [.. found.Select(one => new IPEndPoint(one, address.Port))];
    }

    /// <summary>The transports to try at an address.</summary>
    public TransportKind[] Order(IPEndPoint address) => options.Transport switch
    {
        TransportMode.Quic => [TransportKind.Quic],
        TransportMode.Tcp => [TransportKind.Tcp],
        _ => QuicSupport.IsAvailable && !Rests(address) ? [TransportKind.Quic, TransportKind.Tcp] : [TransportKind.Tcp],
    };

    /// <summary>QUIC did not answer here, TCP did.</summary>
    public void Rest(IPEndPoint address) => _restingSince[address] = time.GetTimestamp();

    /// <summary>Nothing came through here over TCP. True: that is news.</summary>
    public bool Narrow(IPEndPoint address)
    {
        bool isNews = !IsNarrow(address);
        _narrowSince[address] = time.GetTimestamp();
        return isNews;
    }

    /// <summary>TCP is to use short segments here: since the last sign that it must, or the last connection that had them, less than ten minutes have passed.</summary>
    public bool IsNarrow(IPEndPoint address) => _narrowSince.TryGetValue(address, out long since) && time.GetElapsedTime(since) < NarrowRest;

    private bool Rests(IPEndPoint address) => _restingSince.TryGetValue(address, out long since) && time.GetElapsedTime(since) < options.QuicRest;
}
