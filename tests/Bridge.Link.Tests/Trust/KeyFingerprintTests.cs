using Bridge.Link.Trust;

namespace Bridge.Link.Tests;

public sealed class KeyFingerprintTests
{
    private const string Canonical = "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    [Theory]
    [InlineData(Canonical)]
    [InlineData("SHA256:00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF")]
    [InlineData("sha256:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff")]
    public void TryParse_AnyUsualForm_Canonical(string text)
    {
        Assert.True(KeyFingerprint.TryParse(text, out string fingerprint));
        Assert.Equal(Canonical, fingerprint);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    [InlineData("sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeef")]
    [InlineData("sha256:g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    public void TryParse_AnythingElse_False(string? text) => Assert.False(KeyFingerprint.TryParse(text, out _));
}
