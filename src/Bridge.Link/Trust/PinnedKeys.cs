using System.Security.Cryptography.X509Certificates;

namespace Bridge.Link.Trust;

/// <summary>The peer has one of these keys. Dates and names of its certificate do not matter: boards boot in 1970.</summary>
public sealed class PinnedKeys : PeerTrust
{
    private readonly string[] _fingerprints;

    /// <summary>Trusts these keys; more than one while a key is being changed.</summary>
    /// <param name="fingerprints">In any form that <see cref="KeyFingerprint.TryParse"/> takes.</param>
    /// <exception cref="ArgumentException">None is given, or one is no fingerprint.</exception>
    public PinnedKeys(params IReadOnlyList<string> fingerprints)
    {
        if (fingerprints.Count == 0)
            throw new ArgumentException("At least one fingerprint is needed.", nameof(fingerprints));
        _fingerprints = [.. fingerprints.Select(text => KeyFingerprint.TryParse(text, out string parsed)
            ? parsed
            : throw new ArgumentException($"'{text}' is no fingerprint: sha256: and 64 hex digits.", nameof(fingerprints)))];
    }

    /// <inheritdoc/>
    public override string? Refuse(X509Certificate2 certificate, X509Certificate2Collection intermediates, TimeProvider time)
    {
        string presented = KeyFingerprint.Of(certificate);
        return _fingerprints.Contains(presented, StringComparer.Ordinal) ? null : $"The peer's key is {presented}; {string.Join(" or ", _fingerprints)} is expected.";
    }
}
