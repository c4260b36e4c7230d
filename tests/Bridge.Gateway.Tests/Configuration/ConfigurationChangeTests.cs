using Bridge.Gateway.Configuration;
using static Bridge.Gateway.Tests.Configuration.ConfigurationText;

namespace Bridge.Gateway.Tests.Configuration;

/// <summary>What a reload may change, and what it only names.</summary>
public sealed class ConfigurationChangeTests
{
    private const string Pin = $"\"fingerprint\": \"{Fingerprint}\"";

    [Fact]
    public void Same_File_ChangesNothing()
    {
        GatewayConfiguration running = Load(With());
        ConfigurationChange change = new(running, Load(With()));

        Assert.Empty(change.Changed);
        Assert.Empty(change.NeedRestart);
        // The same objects: that is how it is seen that there is nothing to do.
        Assert.Same(running.Links[0], change.Outcome.Links[0]);
        Assert.Same(running.Devices[0], change.Outcome.Devices[0]);
    }

    [Fact]
    public void Services_AddedRemovedAndOfOtherTerms_AreTold()
    {
        GatewayConfiguration running = Load(Services("\"old\": {}, \"kept\": {}, \"patient\": {}, \"moved\": { \"address\": 40 }"));
        GatewayConfiguration wanted = Load(Services("\"new\": {}, \"kept\": {}, \"patient\": { \"graceSeconds\": 5 }, \"moved\": { \"address\": 41 }"));
        ConfigurationChange change = new(running, wanted);

        Assert.Equal(
            [
                "devices:rpmsg0:services:moved: is offered anew",
                "devices:rpmsg0:services:new: is offered",
                "devices:rpmsg0:services:patient: has other terms",
                "devices:rpmsg0:services:old: is not offered any more",
            ],
            change.Changed);
        Assert.Empty(change.NeedRestart);
        Assert.Equal(wanted.Devices[0].Services, change.Outcome.Devices[0].Services);
    }

    [Fact]
    public void Access_OtherRules_AreTold()
    {
        GatewayConfiguration running = Load(With(device: "\"side\": \"vhost\""));
        GatewayConfiguration wanted = Load(With(device: "\"side\": \"vhost\", \"access\": [{ \"service\": \"a*\", \"action\": \"deny\" }]"));
        ConfigurationChange change = new(running, wanted);

        Assert.Equal(["devices:rpmsg0:access: 1 rules, the first that fits decides"], change.Changed);
        Assert.Empty(change.NeedRestart);
        Assert.Equal(wanted.Devices[0].Access, change.Outcome.Devices[0].Access);
        Assert.Equal(["devices:rpmsg0:access: everything is allowed"], new ConfigurationChange(wanted, running).Changed);
        Assert.Same(wanted.Devices[0], new ConfigurationChange(wanted, Load(With(device: "\"side\": \"vhost\", \"access\": [{ \"service\": \"a*\", \"action\": \"deny\" }]"))).Outcome.Devices[0]);
    }

    [Fact]
    public void Peers_KeyAndAddresses_Change()
    {
        GatewayConfiguration running = Load(With(link: $"{Pin}, \"connect\": \"one.example\""));
        ConfigurationChange change = new(running, Load(With(link: $"\"fingerprint\": [\"{Fingerprint}\", \"{OtherFingerprint}\"], \"connect\": \"two.example\"")));

        Assert.Equal([$"links:b: trusts {Fingerprint} or {OtherFingerprint}", "links:b: dials two.example:7117 from the next time on"], change.Changed);
        Assert.Empty(change.NeedRestart);
        Assert.Equal([Fingerprint, OtherFingerprint], change.Outcome.Links[0].Fingerprints);
    }

    [Theory]
    [InlineData("\"name\": \"x\"", Pin, "\"side\": \"vhost\"", "name")]
    [InlineData("\"listen\": [\"*:7000\"]", Pin, "\"side\": \"vhost\"", "listen")]
    [InlineData("\"metrics\": { \"listen\": [9117] }", Pin, "\"side\": \"vhost\"", "metrics:listen")]
    [InlineData("\"metrics\": { \"otlp\": { \"endpoint\": \"http://c:4317\" } }", Pin, "\"side\": \"vhost\"", "metrics:otlp")]
    [InlineData("\"mode\": \"0600\"", Pin, "\"side\": \"vhost\"", "mode")]
    [InlineData("", Pin + ", \"transport\": \"tcp\"", "\"side\": \"vhost\"", "links:b:transport")]
    [InlineData("", Pin + ", \"connect\": \"one.example\"", "\"side\": \"vhost\"", "links:b:connect")]
    [InlineData("", Pin, "\"side\": \"virtio\"", "devices:rpmsg0:side")]
    [InlineData("", Pin, "\"side\": \"vhost\", \"rpmsg\": { \"quota\": 3 }", "devices:rpmsg0:rpmsg")]
    [InlineData("", Pin, "\"side\": \"vhost\", \"tcp\": [7120]", "devices:rpmsg0:tcp")]
    [InlineData("", Pin, "\"side\": \"vhost\", \"channels\": { \"takeover\": true }", "devices:rpmsg0:channels")]
    public void Rest_OfTheKeys_TakesARestartAndStaysAsItIs(string top, string link, string device, string key)
    {
        GatewayConfiguration running = Load(With());
        string text = With(top, link, device);
        ConfigurationChange change = new(running, Load(top.Contains("name", StringComparison.Ordinal) ? text.Replace("\"name\": \"a\", ", "", StringComparison.Ordinal) : text));

        Assert.Empty(change.Changed);
        Assert.Equal([key], change.NeedRestart);
        Assert.Same(running.Links[0], change.Outcome.Links[0]);
        Assert.Same(running.Devices[0], change.Outcome.Devices[0]);
    }

    [Fact]
    public void Devices_AddedAndRemoved_AreNamed()
    {
        GatewayConfiguration running = Load(With());
        ConfigurationChange change = new(running, Load(With().Replace("rpmsg0", "rpmsg1", StringComparison.Ordinal)));

        Assert.Equal(["devices:rpmsg1 (new)", "devices:rpmsg0 (no longer there)"], change.NeedRestart);
        Assert.Same(running.Devices[0], Assert.Single(change.Outcome.Devices));
    }

    private static string Services(string services) => With(device: $"\"side\": \"vhost\", \"services\": {{ {services} }}");
}
