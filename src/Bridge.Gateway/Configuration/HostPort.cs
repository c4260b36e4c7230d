using System.Globalization;

namespace Bridge.Gateway.Configuration;

/// <summary>Where to listen or whom to dial. The host is a name, an IPv4 address, an IPv6 address without brackets, or <c>*</c> (listening: every address).</summary>
internal readonly record struct HostPort(string Host, int Port)
{
    /// <summary>The link's port, UDP for QUIC and TCP for TLS alike.</summary>
    public const int DefaultPort = 7117;

    /// <summary>As configuration files write it, IPv6 in brackets.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
