using Bridge.Gateway.Diagnosis;
using Bridge.Gateway.Reports;
using Bridge.Gateway.Tests.Configuration;

namespace Bridge.Gateway.Tests.Diagnosis;

[Trait("Category", "Security")]
public sealed class ConfigurationListingTests
{
    [Fact]
    public void Read_FileWithThingsThatMayBeSecret_LeavesThemOut()
    {
        using TemporaryDirectory directory = new();
        string file = directory.Write("a.json", $$"""
            {
              // hunter2 in a comment
              "name": "a",
              "password": "hunter2",
              "metrics": { "otlp": { "endpoint": "https://collector.example:4317/x?token=hunter2" } },
              "links": { "b": { "fingerprint": ["{{ConfigurationText.Fingerprint}}"], "secret": { "deep": "hunter2" } } },
              "devices": { "rpmsg0": { "side": "virtio", "access": [{ "service": "s" }] } }
            }
            """);

        ConfigurationReport report = ConfigurationListing.Read(file);

        Assert.DoesNotContain(report.Values.Concat(report.Errors), line => line.Contains("hunter2", StringComparison.Ordinal));
        Assert.Equal(
            [
                "devices:rpmsg0:access:0:service = s",
                "devices:rpmsg0:side = virtio",
                $"links:b:fingerprint:0 = {ConfigurationText.Fingerprint}",
                "links:b:secret:deep = (not shown: there is no such key)",
                "metrics:otlp:endpoint = https://collector.example:4317/x",
                "name = a",
                "password = (not shown: there is no such key)",
            ],
            report.Values);
        Assert.Equal(["password: there is an error; `rpmsg-bridge check` says which", "links:b:secret: there is an error; `rpmsg-bridge check` says which"], report.Errors.Order().Reverse());
    }

    [Fact]
    public void Read_ValidFile_NamesThePeers()
    {
        using TemporaryDirectory directory = new();
        string file = directory.Write("a.json", ConfigurationText.With(link: $"\"fingerprint\": \"{ConfigurationText.Fingerprint}\", \"connect\": [\"b.example\", \"[::1]:7\"]"));

        ConfigurationReport report = ConfigurationListing.Read(file);

        Assert.Empty(report.Errors);
        PeerReport peer = Assert.Single(report.Peers);
        Assert.Equal(("b", "auto"), (peer.Peer, peer.Transport));
        Assert.Equal(["b.example:7117", "[::1]:7"], peer.Connect);
    }

    [Fact]
    public void Read_NoFile_SaysSo() => Assert.Single(ConfigurationListing.Read("/nonexistent/a.json").Errors);
}
