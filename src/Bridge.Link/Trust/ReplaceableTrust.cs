using System.Security.Cryptography.X509Certificates;

namespace Bridge.Link.Trust;

/// <summary>Who a link's peer is, where that may change while the link goes on: a key is replaced without a device noticing. Thread-safe.</summary>
/// <param name="first">Who it is in the beginning.</param>
public sealed class ReplaceableTrust(PeerTrust first) : PeerTrust
{
    private volatile PeerTrust _current = first;

    /// <summary>Who it is now; from the next handshake on. What is connected stays: see <see cref="PeerLink.EndUnlessTrusted()"/>.</summary>
    public PeerTrust Current
    {
        get => _current;
        set => _current = value;
    }

    /// <inheritdoc/>
    public override string? Refuse(X509Certificate2 certificate, X509Certificate2Collection intermediates, TimeProvider time) =>
        _current.Refuse(certificate, intermediates, time);
}
