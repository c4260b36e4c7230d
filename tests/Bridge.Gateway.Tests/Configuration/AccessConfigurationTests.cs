using Bridge.Ports.Sockets.Access;
using static Bridge.Gateway.Tests.Configuration.ConfigurationText;

namespace Bridge.Gateway.Tests.Configuration;

[Trait("Category", "Security")]
public sealed class AccessConfigurationTests
{
    [Fact]
    public void Load_Rules_AreAsWritten()
    {
        AccessRule[] rules = Rules("""
            { "service": "log-*", "address": "0x400-2047", "direction": "out", "messagesPerSecond": 100, "bytesPerSecond": 50000, "priority": 0 },
            { "address": 30, "action": "deny" },
            {}
            """);

        Assert.Equal(
            [
                new AccessRule("log-*", new AddressRange(1024, 2047), AccessDirection.Out, AccessAction.Allow) { MessagesPerSecond = 100, BytesPerSecond = 50000, Priority = 0 },
                new AccessRule("*", new AddressRange(30, 30), AccessDirection.Both, AccessAction.Deny),
                new AccessRule("*", AddressRange.All, AccessDirection.Both, AccessAction.Allow),
            ],
            rules);
    }

    [Fact]
    public void Load_MoreThanTenRules_KeepTheirOrder() => Assert.Equal(
        Enumerable.Range(0, 12).Select(number => $"s{number}"),
        Rules(string.Join(',', Enumerable.Range(0, 12).Select(number => $"{{ \"service\": \"s{number}\" }}"))).Select(rule => rule.Service));

    private static AccessRule[] Rules(string rules) => [.. Load(With(device: $"\"side\": \"vhost\", \"access\": [{rules}]")).Devices[0].Access];
}
