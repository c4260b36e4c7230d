using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.Link.Trust;

/// <summary>Judges the peer's certificate in one TLS handshake and keeps the verdict. One instance per handshake.</summary>
public sealed class PeerVerification
{
    private readonly IReadOnlyList<PeerTrust> _candidates;
    private readonly TimeProvider _time;

    /// <summary>Prepares a handshake.</summary>
    /// <param name="candidates">Who the peer may be.</param>
    /// <param name="time">This machine's clock.</param>
    public PeerVerification(IReadOnlyList<PeerTrust> candidates, TimeProvider time)
    {
        _candidates = candidates;
        _time = time;
    }

    /// <summary>Who the peer is; null before and after a refusal.</summary>
    public PeerTrust? Peer { get; private set; }

    /// <summary>The peer's key; empty when it showed none.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <summary>What the peer showed; null before and after a refusal.</summary>
    public PresentedCertificate? Presented { get; private set; }

    /// <summary>Why the peer was refused; null when it was not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The TLS stack's callback. The stack's own judgement (system roots, host name) is of no interest here.</summary>
    internal bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 presented)
        {
            Refusal = "The peer showed no certificate.";
            return false;
        }

        Fingerprint = KeyFingerprint.Of(presented);
        X509Certificate2Collection intermediates = chain?.ChainPolicy.ExtraStore ?? [];
        List<string> reasons = [];
        foreach (PeerTrust candidate in _candidates)
        {
            string? reason = candidate.Refuse(presented, intermediates, _time);
            if (reason is null)
            {
                Peer = candidate;
                Presented = new PresentedCertificate(presented, intermediates);
                return true;
            }

            reasons.Add(reason);
        }

        Refusal = reasons.Count switch
        {
            0 => "No peer is configured.",
            1 => reasons[0],
            _ => $"The peer's key {Fingerprint} fits none of the {reasons.Count} configured peers: {string.Join(" ", reasons.Distinct())}",
        };
        return false;
    }
}
