using System.Security.Cryptography.X509Certificates;

namespace Bridge.Link.Trust;

/// <summary>The peer has one of these keys. Dates and names of its certificate do not matter: boards boot in 1970.</summary>
public sealed class PinnedKeys : PeerTrust
{
    private readonly string[] fingerprints;

    /// <summary>Trusts these keys; more than one while a key is being changed.</summary>
    /// <param name="fingerprints">In any form that <see cref="KeyFingerprint.TryParse"/> takes.</param>
    /// <exception cref="ArgumentException">None is given, or one is no fingerprint.</exception>
    public PinnedKeys(params IReadOnlyList<string> fingerprints)
    {
        if (fingerprints.Count == 0)
            throw new ArgumentException("At least one fingerprint is needed.", nameof(fingerprints));
        this.fingerprints = [.. fingerprints.Select(text => KeyFingerprint.TryParse(text, out string parsed)
            ? parsed
            : throw new ArgumentException($"'{text}' is no fingerprint: sha256: and 64 hex digits.", nameof(fingerprints)))];
    }

    /// <inheritdoc/>
    public override string? Refuse(X509Certificate2 certificate, X509Certificate2Collection intermediates, TimeProvider time)
    {
        string presented = KeyFingerprint.Of(certificate);
        return fingerprints.Contains(presented, StringComparer.Ordinal) ? null : $"The peer's key is {presented}; {string.Join(" or ", fingerprints)} is expected.";
    }
}
