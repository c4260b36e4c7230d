using Bridge.Gateway.Configuration;
using Bridge.Gateway.Tests.Configuration;

namespace Bridge.Gateway.Tests.Metrics;

[Trait("Category", "Metrics")]
public sealed class MetricsConfigurationTests
{
    [Fact]
    public void Metrics_Absent_AreOnTheAdminSocketOnly()
    {
        MetricsConfiguration metrics = ConfigurationText.Load(ConfigurationText.Minimal).Metrics;

        Assert.Empty(metrics.Listen);
        Assert.Null(metrics.Otlp);
    }

    [Fact]
    public void Metrics_PortAlone_IsOnLoopback()
    {
        MetricsConfiguration metrics = ConfigurationText.Load(ConfigurationText.With(
            """ "metrics": { "listen": [9117, "0.0.0.0:9118"], "otlp": { "endpoint": "http://collector:4318", "protocol": "http", "intervalSeconds": 5 } } """)).Metrics;

        Assert.Equal(["127.0.0.1:9117", "0.0.0.0:9118"], metrics.Listen.Select(place => place.ToString()));
        Assert.Equal(new OtlpConfiguration(new Uri("http://collector:4318"), OtlpProtocol.Http, TimeSpan.FromSeconds(5)), metrics.Otlp);
    }

    [Theory]
    [InlineData(""" "metrics": { "listen": "nowhere" } """, "metrics:listen: ")]
    [InlineData(""" "metrics": { "listen": [9117, "127.0.0.1:9117"] } """, "metrics:listen: 127.0.0.1:9117 is listed twice; remove one")]
    [InlineData(""" "metrics": { "otlp": { "protocol": "http" } } """, "metrics:otlp:endpoint: there is none; use http://host:port or https://host:port, without user and password, or remove metrics:otlp")]
    [InlineData(""" "metrics": { "otlp": { "endpoint": "http://user:secret@collector" } } """, "metrics:otlp:endpoint: ")]
    [InlineData(""" "metrics": { "otlp": { "endpoint": "collector:4317" } } """, "metrics:otlp:endpoint: ")]
    public void Metrics_Wrong_AreOneErrorWithItsPlace(string member, string error) =>
        Assert.StartsWith(error, Assert.Single(ConfigurationText.Errors(ConfigurationText.With(member))), StringComparison.Ordinal);
}
