using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.Link.Trust;

/// <summary>How a key is written in configuration and logs: <c>sha256:</c> and 64 lower-case hex digits over its SubjectPublicKeyInfo.</summary>
/// <remarks>The key alone, not the certificate: a renewed certificate with the same key keeps its fingerprint.</remarks>
public static class KeyFingerprint
{
    private const string Prefix = "sha256:";

    /// <summary>The fingerprint of a certificate's key.</summary>
    /// <param name="certificate">Any certificate.</param>
    public static string Of(X509Certificate2 certificate) =>
        Prefix + Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>Brings a configured fingerprint into the one form that is compared: upper-case digits and colons between bytes are allowed.</summary>
    /// <param name="text">As a person wrote it.</param>
    /// <param name="fingerprint">As <see cref="Of"/> writes it.</param>
    /// <returns>False when it is no SHA-256 fingerprint.</returns>
    public static bool TryParse(string? text, out string fingerprint)
    {
        fingerprint = "";
        if (text is null || !text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return false;
        string digits = text[Prefix.Length..].Replace(":", "", StringComparison.Ordinal);
        if (digits.Length != 2 * SHA256.HashSizeInBytes || !digits.All(char.IsAsciiHexDigit))
            return false;
        fingerprint = Prefix + digits.ToLowerInvariant();
        return true;
    }
}
