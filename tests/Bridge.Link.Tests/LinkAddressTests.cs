namespace Bridge.Link.Tests;

public sealed class LinkAddressTests
{
    [Theory]
    [InlineData("beta", "beta", 7117)]
    [InlineData("beta.example:1", "beta.example", 1)]
    [InlineData("192.0.2.1", "192.0.2.1", 7117)]
    [InlineData("192.0.2.1:65535", "192.0.2.1", 65535)]
    [InlineData("2001:db8::1", "2001:db8::1", 7117)]
    [InlineData("[2001:db8::1]", "2001:db8::1", 7117)]
    [InlineData("[2001:db8::1]:80", "2001:db8::1", 80)]
    public void TryParse_EveryForm_PartsAndBack(string text, string host, int port)
    {
        Assert.True(LinkAddress.TryParse(text, out LinkAddress? address));
        Assert.Equal(new LinkAddress(host, port), address);
        Assert.True(LinkAddress.TryParse(address!.ToString(), out LinkAddress? again));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("beta:0")]
    [InlineData("beta:65536")]
    [InlineData("beta:")]
    [InlineData("beta:x")]
    [InlineData(":7117")]
    [InlineData("[beta]:1")]
    [InlineData("[2001:db8::1")]
    [InlineData("a b")]
    public void TryParse_AnythingElse_False(string? text) => Assert.False(LinkAddress.TryParse(text, out _));
}
