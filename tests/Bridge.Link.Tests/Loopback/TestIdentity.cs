using Bridge.Link.Trust;

namespace Bridge.Link.Tests;

/// <summary>Keys for tests, made once per process. Alpha's fingerprint is the lower one of alpha and beta.</summary>
internal static class TestIdentity
{
    static TestIdentity()
    {
        GatewayIdentity one = New("one");
        GatewayIdentity two = New("two");
        bool ordered = string.CompareOrdinal(one.Fingerprint, two.Fingerprint) < 0;
        (Alpha, Beta) = ordered ? (one, two) : (two, one);
        Stranger = New("stranger");
    }

    public static GatewayIdentity Alpha { get; }

    public static GatewayIdentity Beta { get; }

    public static GatewayIdentity Stranger { get; }

    private static GatewayIdentity New(string name)
    {
        string directory = Directory.CreateTempSubdirectory("link-tests-").FullName;
        try
        {
            return GatewayIdentity.Create(Path.Combine(directory, "identity.pem"), name, TimeProvider.System);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
