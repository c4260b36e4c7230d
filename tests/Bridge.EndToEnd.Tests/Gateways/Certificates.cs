using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.EndToEnd.Tests.Gateways;

/// <summary>Certificates that the program itself would not make.</summary>
internal static class Certificates
{
    /// <summary>A self-signed certificate with its key and these dates.</summary>
    public static X509Certificate2 SelfSigned(string name, DateTimeOffset from, DateTimeOffset until)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(from, until);
    }

    /// <summary>The same, as an identity file holds it.</summary>
    public static string SelfSignedPem(string name, DateTimeOffset from, DateTimeOffset until)
    {
        using X509Certificate2 certificate = SelfSigned(name, from, until);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        return certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }
}
