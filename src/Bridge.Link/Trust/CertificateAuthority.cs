using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.Link.Trust;

/// <summary>The peer has a certificate of this authority with this name in it (Kubernetes). Dates count, by this machine's clock.</summary>
public sealed class CertificateAuthority : PeerTrust
{
    private readonly X509Certificate2Collection _roots;
    private readonly string _name;

    /// <summary>Trusts an authority for one peer.</summary>
    /// <param name="roots">The authority's certificates.</param>
    /// <param name="name">A DNS name among the peer certificate's alternative names, or its common name if it has no DNS name. Compared without case.</param>
    public CertificateAuthority(X509Certificate2Collection roots, string name)
    {
        _roots = roots;
        _name = name;
    }

    /// <summary>The other one trusts the same certificates for the same name.</summary>
    public bool SameAs(CertificateAuthority other) =>
        _name == other._name && _roots.Select(static root => root.Thumbprint).SequenceEqual(other._roots.Select(static root => root.Thumbprint));

    /// <inheritdoc/>
    public override string? Refuse(X509Certificate2 certificate, X509Certificate2Collection intermediates, TimeProvider time)
    {
        DateTimeOffset now = time.GetUtcNow();
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
        chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (chain.Build(certificate))
            return Names(certificate).Contains(_name, StringComparer.OrdinalIgnoreCase) ? null : $"The peer's certificate is for {string.Join(", ", Names(certificate))}; {_name} is expected.";
        foreach (X509ChainElement element in chain.ChainElements)
        {
            if (element.ChainElementStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)))
                return WrongDate(element.Certificate, now);
        }

        return $"The peer's certificate ({certificate.Subject}) is not of the configured authority: {string.Join(" ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()))}";
    }

    private static List<string> Names(X509Certificate2 certificate)
    {
        List<string> names = [];
        foreach (X509Extension extension in certificate.Extensions)
        {
            if (extension is X509SubjectAlternativeNameExtension alternatives)
                names.AddRange(alternatives.EnumerateDnsNames());
        }

        // RFC 6125, 6.4.4: the common name counts only where there is no DNS name.
        if (names.Count == 0)
            names.Add(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        return names;
    }

    private static string WrongDate(X509Certificate2 certificate, DateTimeOffset now)
    {
        DateTimeOffset from = certificate.NotBefore.ToUniversalTime();
        DateTimeOffset until = certificate.NotAfter.ToUniversalTime();
        string advice = now < from
            ? "Set this machine's clock, or the issuer's if that one runs ahead; pinned keys need no clock."
            : "Renew the certificate, or set this machine's clock if it runs ahead; pinned keys need no clock.";
        return $"The clocks disagree: this machine's says {Say(now)}, and {certificate.Subject} is valid from {Say(from)} to {Say(until)} by its issuer's clock. {advice}";
    }

    private static string Say(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
