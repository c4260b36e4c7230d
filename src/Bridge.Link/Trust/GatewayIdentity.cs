using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.Link.Trust;

/// <summary>This gateway's key pair and certificate. One PEM file holds both; or a certificate (chain) and a key file that a CA gave.</summary>
public sealed class GatewayIdentity : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _intermediates;

    private GatewayIdentity(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        _certificate = certificate;
        _intermediates = intermediates;
        Fingerprint = KeyFingerprint.Of(certificate);
        // offline: no download of issuers; what the files hold is what is sent.
        TlsContext = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }

    /// <summary>What the peers pin: see <see cref="KeyFingerprint"/>.</summary>
    public string Fingerprint { get; }

    /// <summary>The certificate's subject, for people.</summary>
    public string Subject => _certificate.Subject;

    internal SslStreamCertificateContext TlsContext { get; }

    /// <summary>Makes an ECDSA P-256 key pair and a self-signed certificate, and writes both to a new file with mode 0600.</summary>
    /// <param name="path">Must not exist; its directory must. The file appears whole or not at all.</param>
    /// <param name="gateway">The certificate's common name and DNS name.</param>
    /// <param name="time">Dates the certificate: from now, without end (RFC 5280, 4.1.2.5). Peers that pin the key ignore the dates, so 1970 is fine.</param>
    /// <exception cref="IOException">The file exists or cannot be written.</exception>
    public static GatewayIdentity Create(string path, string gateway, TimeProvider time)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={gateway}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(gateway);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 created = request.CreateSelfSigned(time.GetUtcNow(), new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero));
        WriteNew(path, created.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return Load(path);
    }

    /// <summary>Reads an identity.</summary>
    /// <param name="certificatePath">PEM: the gateway's certificate first, then intermediates if any.</param>
    /// <param name="keyPath">PEM with the private key; null when it is in the same file.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file does not hold what it should; the message names it.</exception>
    public static GatewayIdentity Load(string certificatePath, string? keyPath = null)
    {
        string certificatePem = File.ReadAllText(certificatePath);
        string keyPem = keyPath is null ? certificatePem : File.ReadAllText(keyPath);
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            X509Certificate2Collection all = [];
            all.ImportFromPem(certificatePem);
            all.RemoveAt(0);
            return new GatewayIdentity(certificate, all);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"{certificatePath}{(keyPath is null ? "" : " with " + keyPath)} holds no certificate with its private key in PEM form: {e.Message}", e);
        }
    }

    /// <summary>Forgets the private key.</summary>
    public void Dispose()
    {
        _certificate.Dispose();
        foreach (X509Certificate2 intermediate in _intermediates)
            intermediate.Dispose();
    }

    private static void WriteNew(string path, string content)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.new";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (FileStream file = new(temporary, options))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(content));
                file.Flush(flushToDisk: true);
            }

            // Never replaces: two gateways started at once must not each believe in another key.
            File.Move(temporary, path, overwrite: false);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
