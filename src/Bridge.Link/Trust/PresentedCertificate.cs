using System.Security.Cryptography.X509Certificates;

namespace Bridge.Link.Trust;

/// <summary>What a peer showed in its handshake, kept for as long as its connection: should the link trust somebody else one day, it is judged again.</summary>
public sealed class PresentedCertificate
{
    private readonly byte[] _certificate;
    private readonly byte[][] _intermediates;

    internal PresentedCertificate(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        // Copies: the TLS stack disposes its own when the handshake is over.
        _certificate = [.. certificate.RawData];
        _intermediates = [.. intermediates.Select(static intermediate => (byte[])[.. intermediate.RawData])];
    }

    /// <summary>Judges it once more. Thread-safe.</summary>
    /// <param name="trust">Who the peer should be.</param>
    /// <param name="time">This machine's clock.</param>
    /// <returns>Null if this is the peer, else one sentence why not.</returns>
    public string? RefuseBy(PeerTrust trust, TimeProvider time)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(_certificate);
        X509Certificate2Collection intermediates = [.. _intermediates.Select(static raw => X509CertificateLoader.LoadCertificate(raw))];
        try
        {
            return trust.Refuse(certificate, intermediates, time);
        }
        finally
        {
            foreach (X509Certificate2 intermediate in intermediates)
                intermediate.Dispose();
        }
    }
}
