using Bridge.Link.Transports;

namespace Bridge.Gateway.Configuration;

/// <summary>One peer gateway. It is recognised either by pinned keys or by a certificate authority and a name, never by both.</summary>
/// <param name="Peer">Our name for it.</param>
/// <param name="Fingerprints">Accepted public keys (<c>sha256:</c> and 64 lower-case digits); empty = by authority.</param>
/// <param name="CertificateAuthority">PEM file with the authorities that may vouch for the peer; null = by fingerprint.</param>
/// <param name="PeerName">The name that the peer's certificate must carry when an authority vouches for it.</param>
/// <param name="Connect">Where to dial it; empty = it dials us.</param>
/// <param name="Transport">Which transports are tried.</param>
/// <param name="KeepAlive">A connection with no received byte for this long is probed, then given up.</param>
/// <param name="HelloTimeout">How long a new connection may take until both hellos are answered.</param>
internal sealed record LinkConfiguration(
    string Peer,
    IReadOnlyList<string> Fingerprints,
    string? CertificateAuthority,
    string PeerName,
    IReadOnlyList<HostPort> Connect,
    TransportMode Transport,
    TimeSpan KeepAlive,
    TimeSpan HelloTimeout);
