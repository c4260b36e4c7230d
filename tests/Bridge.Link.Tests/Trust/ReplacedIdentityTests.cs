using Bridge.Link.Trust;

namespace Bridge.Link.Tests;

[Trait("Category", "Security")]
public sealed class ReplacedIdentityTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("link-tests-").FullName;

    [Fact]
    public void Replace_ByAnotherKey_TakesItOverAndTheOtherIsEmpty()
    {
        using GatewayIdentity identity = GatewayIdentity.Create(Path.Combine(_directory, "one.pem"), "a", TimeProvider.System);
        GatewayIdentity other = GatewayIdentity.Create(Path.Combine(_directory, "two.pem"), "a", TimeProvider.System);
        string fingerprint = other.Fingerprint;

        Assert.True(identity.Replace(other));

        Assert.Equal(fingerprint, identity.Fingerprint);
        Assert.Throws<ObjectDisposedException>(() => other.Fingerprint);
        other.Dispose();
        // Disposing the one that was taken over left the key alone.
        Assert.Equal("CN=a", identity.Subject);
        Assert.NotNull(identity.TlsContext);
    }

    [Fact]
    public void Replace_ByTheSameCertificate_ChangesNothing()
    {
        string file = Path.Combine(_directory, "one.pem");
        using GatewayIdentity identity = GatewayIdentity.Create(file, "a", TimeProvider.System);
        using GatewayIdentity same = GatewayIdentity.Load(file);

        Assert.False(identity.Replace(same));
        Assert.Equal(identity.Fingerprint, same.Fingerprint);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
