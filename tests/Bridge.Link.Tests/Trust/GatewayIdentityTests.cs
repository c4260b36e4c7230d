using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bridge.Link.Trust;

namespace Bridge.Link.Tests;

public sealed class GatewayIdentityTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("link-tests-").FullName;

    private string PathOf(string name) => Path.Combine(directory, name);

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Create_NewFile_PrivateAndLoadable()
    {
        using GatewayIdentity created = GatewayIdentity.Create(PathOf("identity.pem"), "alpha", TimeProvider.System);
        using GatewayIdentity loaded = GatewayIdentity.Load(PathOf("identity.pem"));
        Assert.Equal(created.Fingerprint, loaded.Fingerprint);
        Assert.Equal("CN=alpha", loaded.Subject);
        Assert.Equal([PathOf("identity.pem")], Directory.GetFiles(directory));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf("identity.pem")));
    }

    [Fact]
    public void Create_ClockIn1970_CertificateIsDatedThen()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch + TimeSpan.FromMinutes(3));
        using GatewayIdentity identity = GatewayIdentity.Create(PathOf("identity.pem"), "board", time);
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(File.ReadAllText(PathOf("identity.pem")));
        Assert.Equal(time.GetUtcNow(), certificate.NotBefore.ToUniversalTime());
        Assert.Equal(9999, certificate.NotAfter.ToUniversalTime().Year);
        Assert.Equal(identity.Fingerprint, KeyFingerprint.Of(certificate));
    }

    [Fact]
    public void Create_FileExists_ThrowsAndKeepsIt()
    {
        File.WriteAllText(PathOf("identity.pem"), "somebody's");
        Assert.Throws<IOException>(() => GatewayIdentity.Create(PathOf("identity.pem"), "alpha", TimeProvider.System));
        Assert.Equal("somebody's", File.ReadAllText(PathOf("identity.pem")));
        Assert.Single(Directory.GetFiles(directory));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void Load_NoIdentityInside_SentenceNamesTheFile(string content)
    {
        File.WriteAllText(PathOf("broken.pem"), content);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => GatewayIdentity.Load(PathOf("broken.pem")));
        Assert.Contains("broken.pem", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_CertificateWithoutItsKey_Throws()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using GatewayIdentity created = GatewayIdentity.Create(PathOf("identity.pem"), "alpha", TimeProvider.System);
        File.WriteAllText(PathOf("other.key"), other.ExportPkcs8PrivateKeyPem());
        Assert.Throws<InvalidDataException>(() => GatewayIdentity.Load(PathOf("identity.pem"), PathOf("other.key")));
    }
}
