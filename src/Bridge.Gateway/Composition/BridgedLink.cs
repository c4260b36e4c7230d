using System.Security.Cryptography.X509Certificates;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;
using Bridge.Link;
using Bridge.Link.Trust;
using LinkState = Bridge.Gateway.Reports.LinkState;

namespace Bridge.Gateway.Composition;

/// <summary>From a link's configuration to its options, and from its status to its report.</summary>
internal static class BridgedLink
{
    /// <summary>What the link room needs to know.</summary>
    /// <exception cref="CommandFailedException">The authority's file holds no certificate.</exception>
    public static LinkOptions Options(LinkConfiguration link, string gateway, ulong instance) => new()
    {
        Name = link.Peer,
        Gateway = gateway,
        Instance = instance,
        Peer = new ReplaceableTrust(Trust(link)),
        Connect = Addresses(link),
        Transport = link.Transport,
        IdleLimit = link.KeepAlive,
        HelloTimeout = link.HelloTimeout,
    };

    /// <summary>The link for people and programs.</summary>
    public static LinkReport Report(LinkStatus link)
    {
        return new LinkReport
        {
            Peer = link.Name,
            State = link.State switch
            {
                Bridge.Link.LinkState.Connected => LinkState.Up,
                Bridge.Link.LinkState.Dialling => LinkState.Connecting,
                _ => LinkState.Down,
            },
            Transport = link.Transport?.ToString().ToLowerInvariant(),
            TransportReason = link.TransportNote,
            RemoteAddress = link.RemoteEndPoint,
            ProtocolVersion = link.Version,
            Connections = link.EndedConnections.Values.Sum() + (link.State == Bridge.Link.LinkState.Connected ? 1 : 0),
            UpSeconds = link.UpFor?.TotalSeconds,
            RttMicroseconds = link.RoundTrip?.TotalMicroseconds,
            LastError = link.LastError,
            Refusals = link.Refusals.Count == 0 ? null : link.Refusals,
            Ended = link.EndedConnections.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value),
            SentBytes = link.BytesSent,
            ReceivedBytes = link.BytesReceived,
        };
    }

    /// <summary>Where the peer is dialled.</summary>
    public static LinkAddress[] Addresses(LinkConfiguration link) => [.. link.Connect.Select(address => new LinkAddress(address.Host, address.Port))];

    /// <summary>Who the peer is.</summary>
    /// <exception cref="CommandFailedException">The authority's file holds no certificate.</exception>
    public static PeerTrust Trust(LinkConfiguration link)
    {
        if (link.CertificateAuthority is not { } file)
            return new PinnedKeys(link.Fingerprints);
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new CommandFailedException(ExitCode.Configuration, $"links:{link.Peer}:certificateAuthority: {file} cannot be read as PEM certificates: {failure.Message}", failure);
        }

        return roots.Count > 0
            ? new CertificateAuthority(roots, link.PeerName)
            : throw new CommandFailedException(ExitCode.Configuration, $"links:{link.Peer}:certificateAuthority: {file} holds no certificate; put the authority's PEM certificate there.");
    }
}
