using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bridge.Link.Trust;

namespace Bridge.Link.Tests;

public sealed class PeerTrustTests : IDisposable
{
    private static readonly ManualTime Mid2026 = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly TestAuthority authority = new();
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        authority.Dispose();
        key.Dispose();
    }

    private string? Refuse(X509Certificate2 certificate, string name = "beta.example", TimeProvider? time = null) =>
        new CertificateAuthority(authority.Roots, name).Refuse(certificate, authority.Intermediates, time ?? Mid2026);

    [Fact]
    public void PinnedKeys_ThatKey_TrustedWhateverTheDates()
    {
        using X509Certificate2 certificate = authority.Sign(key, "anything");
        PinnedKeys pinned = new(TestIdentity.Stranger.Fingerprint, KeyFingerprint.Of(certificate));
        foreach (int year in (int[])[1970, 2026, 2100])
            Assert.Null(pinned.Refuse(certificate, [], new ManualTime(new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero))));
    }

    [Fact]
    public void PinnedKeys_AnotherKey_SentenceNamesBoth()
    {
        using X509Certificate2 certificate = authority.Sign(key, "anything");
        string? refusal = new PinnedKeys(TestIdentity.Alpha.Fingerprint).Refuse(certificate, [], Mid2026);
        Assert.Contains(KeyFingerprint.Of(certificate), refusal, StringComparison.Ordinal);
        Assert.Contains(TestIdentity.Alpha.Fingerprint, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:12")]
    [InlineData("md5:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    public void PinnedKeys_NoFingerprint_Throws(string text) => Assert.Throws<ArgumentException>(() => new PinnedKeys(text));

    [Fact]
    public void PinnedKeys_Empty_Throws() => Assert.Throws<ArgumentException>(() => new PinnedKeys());

    [Fact]
    public void CertificateAuthority_NameAmongDnsNames_Trusted()
    {
        using X509Certificate2 certificate = authority.Sign(key, "something else", "other.example", "Beta.Example");
        Assert.Null(Refuse(certificate));
    }

    [Fact]
    public void CertificateAuthority_NoDnsName_CommonNameCounts()
    {
        using X509Certificate2 certificate = authority.Sign(key, "beta.example");
        Assert.Null(Refuse(certificate));
    }

    [Fact]
    public void CertificateAuthority_DnsNamesWithoutIt_CommonNameDoesNotCount()
    {
        using X509Certificate2 certificate = authority.Sign(key, "beta.example", "other.example");
        Assert.Contains("other.example", Refuse(certificate), StringComparison.Ordinal);
    }

    [Fact]
    public void CertificateAuthority_AnotherAuthority_Refused()
    {
        using TestAuthority other = new();
        using X509Certificate2 certificate = other.Sign(key, "beta.example", "beta.example");
        Assert.Contains("not of the configured authority", Refuse(certificate), StringComparison.Ordinal);
    }

    [Fact]
    public void CertificateAuthority_SelfSignedWithTheRightName_Refused()
    {
        CertificateRequest request = new("CN=beta.example", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(TestAuthority.From, TestAuthority.Until);
        Assert.NotNull(Refuse(certificate));
    }

    [Theory]
    [InlineData(1970, "1970-01-01T00:00:00Z", "Set this machine's clock")]
    [InlineData(2027, "2027-01-01T00:00:00Z", "Renew the certificate")]
    public void CertificateAuthority_OutsideItsDates_SentenceNamesBothClocksAndWhatToDo(int year, string now, string advice)
    {
        using X509Certificate2 certificate = authority.Sign(key, "beta.example", "beta.example");
        // One second past the end; 1970 is long before the beginning either way.
        ManualTime time = new(new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero));
        if (year == 2027)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            now = "2027-01-01T00:00:01Z";
        }

        string? refusal = Refuse(certificate, time: time);
        Assert.Contains(now, refusal, StringComparison.Ordinal);
        Assert.Contains(advice, refusal, StringComparison.Ordinal);
        // At 1970 the chain's other certificates are outside their dates as well: any of them is named with its own.
        Assert.Contains(year == 2027 ? "2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z" : "valid from 202", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void CertificateAuthority_AtTheFirstSecond_ComparesInUtc(int seconds, bool trusted)
    {
        using X509Certificate2 certificate = authority.Sign(key, "beta.example", "beta.example");
        Assert.Equal(trusted, Refuse(certificate, time: new ManualTime(TestAuthority.From.AddSeconds(seconds))) is null);
    }
}
