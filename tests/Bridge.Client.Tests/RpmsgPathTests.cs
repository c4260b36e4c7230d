using System.Security.Cryptography;
using System.Text;

namespace Bridge.Client.Tests;

public sealed class RpmsgPathTests
{
    /// <summary>The examples that the gateway's own rule is tested with.</summary>
    [Theory]
    [InlineData("rpmsg-client-sample", "rpmsg-client-sample")]
    [InlineData("a.b_C-9", "a.b_C-9")]
    [InlineData("a..b", "a..b")]
    [InlineData(".a", "%2Ea")]
    [InlineData("a.", "a%2E")]
    [InlineData("...", "%2E.%2E")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("../../x", "%2E.%2F..%2Fx")]
    [InlineData("%", "%25")]
    [InlineData("~", "%7E")]
    [InlineData(" ", "%20")]
    [InlineData("\u00e4", "%E4")]
    [InlineData("\u4e2d", "%E4%B8%AD")]
    [InlineData("nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn")]
    public void Channel_Name_IsEncodedAsTheGatewayDoes(string name, string file)
    {
        RpmsgPath path = RpmsgPath.Channel("rpmsg0", name);

        Assert.Equal(("rpmsg0", name, $"rpmsg0/channels/{file}"), (path.Device, path.Name, path.ToString()));
    }

    [Fact]
    public void Channel_31PercentSigns_IsCutBetweenEscapesAndNamedByHash()
    {
        string name = new('%', 31);
        string hash = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(name)))[..8];

        Assert.Equal($"rpmsg0/channels/%25%25%25%25%25%25%25~{hash}", RpmsgPath.Channel("rpmsg0", name).ToString());
    }

    [Fact]
    public void Endpoint_Address_IsDecimal() =>
        Assert.Equal("rpmsg0/endpoints/a%20b.4294967294", RpmsgPath.Endpoint("rpmsg0", "a b", 4294967294).ToString());

    [Fact]
    public void Service_Name_IsItsSocket() => Assert.Equal("rpmsg0/services/echo", RpmsgPath.Service("rpmsg0", "echo").ToString());

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public void Channel_NameOfADirectory_IsRefused(string name)
    {
        RpmsgException failure = Assert.Throws<RpmsgException>(() => RpmsgPath.Channel("rpmsg0", name));

        Assert.Equal(RpmsgError.InvalidName, failure.Error);
        Assert.StartsWith($"'{name}' cannot be opened by name, because no file can be called that", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("-a")]
    [InlineData("a b")]
    public void Channel_DeviceThatNoneCanBe_IsRefused(string device) =>
        Assert.Equal(RpmsgError.InvalidName, Assert.Throws<RpmsgException>(() => RpmsgPath.Channel(device, "echo")).Error);

    [Fact]
    public void Equality_SameSocket_IsEqual()
    {
        Assert.Equal(RpmsgPath.Channel("d", "n"), RpmsgPath.Channel("d", "n"));
        Assert.NotEqual(RpmsgPath.Channel("d", "n"), RpmsgPath.Service("d", "n"));
    }
}
