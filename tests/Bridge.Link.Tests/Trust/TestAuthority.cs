using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bridge.Link.Trust;

namespace Bridge.Link.Tests;

/// <summary>A certificate authority for tests, with an intermediate.</summary>
internal sealed class TestAuthority : IDisposable
{
    public static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset Until = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa intermediateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 root;
    private readonly X509Certificate2 intermediate;

    public TestAuthority()
    {
        CertificateRequest request = new("CN=test root", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root = request.CreateSelfSigned(From.AddYears(-1), Until.AddYears(1));
        CertificateRequest second = new("CN=test intermediate", intermediateKey, HashAlgorithmName.SHA256);
        second.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 signed = second.Create(root, From.AddYears(-1), Until.AddYears(1), [1]);
        intermediate = signed.CopyWithPrivateKey(intermediateKey);
    }

    public X509Certificate2Collection Roots => [root];

    public X509Certificate2Collection Intermediates => [intermediate];

    /// <summary>A gateway's identity of this authority, as files in the form Kubernetes mounts them.</summary>
    public GatewayIdentity Issue(string commonName, params string[] names)
    {
        string directory = Directory.CreateTempSubdirectory("link-tests-").FullName;
        try
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using X509Certificate2 leaf = Sign(key, commonName, names);
            File.WriteAllText(Path.Combine(directory, "tls.crt"), leaf.ExportCertificatePem() + "\n" + intermediate.ExportCertificatePem() + "\n");
            File.WriteAllText(Path.Combine(directory, "tls.key"), key.ExportPkcs8PrivateKeyPem());
            return GatewayIdentity.Load(Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    public X509Certificate2 Sign(ECDsa key, string commonName, params string[] names)
    {
        CertificateRequest request = new($"CN={commonName}", key, HashAlgorithmName.SHA256);
        if (names.Length > 0)
        {
            SubjectAlternativeNameBuilder alternatives = new();
            foreach (string name in names)
                alternatives.AddDnsName(name);
            alternatives.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(alternatives.Build());
        }

        return request.Create(intermediate, From, Until, [(byte)(Random.Shared.Next(100) + 2)]);
    }

    public void Dispose()
    {
        root.Dispose();
        intermediate.Dispose();
        rootKey.Dispose();
        intermediateKey.Dispose();
    }
}
