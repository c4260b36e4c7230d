using System.Globalization;
using System.Net;

namespace Bridge.Link;

/// <summary>Where a peer can be dialled.</summary>
/// <param name="Host">A name, or an IPv4 or IPv6 address without brackets.</param>
/// <param name="Port">1..65535.</param>
public sealed record LinkAddress(string Host, int Port)
{
    /// <summary>The port of UDP and TCP unless configured otherwise.</summary>
    public const int DefaultPort = 7117;

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[v6]</c>, <c>[v6]:port</c> or a bare IPv6 address.</summary>
    /// <param name="text">As a person wrote it.</param>
    /// <param name="address">The parts.</param>
    /// <returns>False when it is none of these.</returns>
    public static bool TryParse(string? text, out LinkAddress? address)
    {
        address = null;
        if (string.IsNullOrWhiteSpace(text))
            return false;
        string host = text;
        int port = DefaultPort;
        int colon = text.LastIndexOf(':');
        bool bracketed = text[0] == '[';
        bool bareV6 = !bracketed && colon != text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && !bareV6 && text[^1] != ']')
        {
            host = text[..colon];
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > IPEndPoint.MaxPort)
                return false;
        }

        if (bracketed)
        {
            if (host[^1] != ']')
                return false;
            host = host[1..^1];
        }

        bool isAddress = IPAddress.TryParse(host, out _);
        if (bracketed || bareV6 ? !isAddress : Uri.CheckHostName(host) == UriHostNameType.Unknown)
            return false;
        address = new LinkAddress(host, port);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
