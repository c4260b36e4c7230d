using Bridge.Linux;

namespace Bridge.Client.Tests;

public sealed class RunDirectoryTests
{
    [Theory]
    [InlineData("/run/x", "/run/user/1", "/run/x")]
    [InlineData("/run/x:/run/y", null, "/run/x")]
    [InlineData("", "/run/user/1", "/run/user/1/rpmsg-bridge")]
    [InlineData(null, "/run/user/1", "/run/user/1/rpmsg-bridge")]
    public void Find_Variables_AreTakenInTheGatewaysOrder(string? managed, string? user, string expected) =>
        Assert.Equal(expected, RunDirectory.Find(name => name == "RUNTIME_DIRECTORY" ? managed : user));

    [Fact]
    public void Find_NoVariable_IsThisUsers() => Assert.Equal($"/tmp/rpmsg-bridge-{UserGroup.EffectiveUserId}", RunDirectory.Find(static _ => null));
}
