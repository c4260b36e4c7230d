using System.Security.Cryptography.X509Certificates;

namespace Bridge.Link.Trust;

/// <summary>Which certificates are a link's peer. One instance per link: the listener finds the link by it.</summary>
public abstract class PeerTrust
{
    private protected PeerTrust()
    {
    }

    /// <summary>Judges a certificate. Thread-safe.</summary>
    /// <param name="certificate">What the peer proved to have the key of.</param>
    /// <param name="intermediates">What else the peer sent.</param>
    /// <param name="time">This machine's clock.</param>
    /// <returns>Null if this is the peer, else one sentence why not.</returns>
    public abstract string? Refuse(X509Certificate2 certificate, X509Certificate2Collection intermediates, TimeProvider time);
}
