using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Bridge.Link.Trust;

/// <summary>This gateway's key pair and certificate. One PEM file holds both; or a certificate (chain) and a key file that a CA gave. They may be replaced while links go on.</summary>
/// <remarks>Thread-safe but for <see cref="Dispose"/>.</remarks>
public sealed class GatewayIdentity : IDisposable
{
    private volatile Credentials? _credentials;

    private GatewayIdentity(Credentials credentials) => _credentials = credentials;

    /// <summary>What the peers pin: see <see cref="KeyFingerprint"/>.</summary>
    public string Fingerprint => Current.Fingerprint;

    /// <summary>The certificate's subject, for people.</summary>
    public string Subject => Current.Certificate.Subject;

    internal SslStreamCertificateContext TlsContext => Current.TlsContext;

    private Credentials Current => _credentials ?? throw new ObjectDisposedException(nameof(GatewayIdentity), "Another identity has taken the key over.");

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
        using (PemText text = PemText.Of(created, key))
            WriteNew(path, text.Characters);
        return Load(path);
    }

    /// <summary>Reads an identity.</summary>
    /// <param name="certificatePath">PEM: the gateway's certificate first, then intermediates if any.</param>
    /// <param name="keyPath">PEM with the private key; null when it is in the same file.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file does not hold what it should; the message names it.</exception>
    public static GatewayIdentity Load(string certificatePath, string? keyPath = null)
    {
        using PemText text = PemText.Read(certificatePath);
        using PemText? keyText = keyPath is null ? null : PemText.Read(keyPath);
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPem(text.Characters, (keyText ?? text).Characters);
            X509Certificate2Collection all = [];
            all.ImportFromPem(text.Characters);
            all.RemoveAt(0);
            return new GatewayIdentity(new Credentials(certificate, all));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"{certificatePath}{(keyPath is null ? "" : " with " + keyPath)} holds no certificate with its private key in PEM form: {e.Message}", e);
        }
    }

    /// <summary>Another key or certificate from the next handshake on. Connections that there are stay as they began.</summary>
    /// <param name="other">Is empty afterwards if it was different; else it stays the caller's as it is.</param>
    /// <returns>False: it is the certificate that is in use already.</returns>
    public bool Replace(GatewayIdentity other)
    {
        Credentials theirs = other.Current;
        if (theirs.Certificate.RawDataMemory.Span.SequenceEqual(Current.Certificate.RawDataMemory.Span))
            return false;
        // What was before is not disposed: a handshake may be using it. It goes with the last of them.
        _credentials = theirs;
        other._credentials = null;
        return true;
    }

    /// <summary>Forgets the private key.</summary>
    public void Dispose()
    {
        if (_credentials is not { } credentials)
            return;
        credentials.Certificate.Dispose();
        foreach (X509Certificate2 intermediate in credentials.Intermediates)
            intermediate.Dispose();
    }

    private static void WriteNew(string path, ReadOnlySpan<char> content)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.new";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        byte[] bytes = GC.AllocateUninitializedArray<byte>(content.Length, pinned: true);
        try
        {
            Encoding.ASCII.GetBytes(content, bytes);
            // Unbuffered: nobody else's buffer keeps a copy.
            using (FileStream file = new(temporary, options))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            // Never replaces: two gateways started at once must not each believe in another key.
            File.Move(temporary, path, overwrite: false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            File.Delete(temporary);
        }
    }

    /// <summary>What belongs together and is replaced together.</summary>
    private sealed class Credentials(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        public X509Certificate2 Certificate => certificate;

        public X509Certificate2Collection Intermediates => intermediates;

        public string Fingerprint { get; } = KeyFingerprint.Of(certificate);

        // offline: no download of issuers; what the files hold is what is sent.
        public SslStreamCertificateContext TlsContext { get; } = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }
}
