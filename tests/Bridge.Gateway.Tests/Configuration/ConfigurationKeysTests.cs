using System.Reflection;
using Bridge.Gateway.Configuration;

namespace Bridge.Gateway.Tests.Configuration;

/// <summary>The reference is complete and can be believed.</summary>
public sealed class ConfigurationKeysTests
{
    [Fact]
    public void All_HoldsEveryDeclaredKeyOnce()
    {
        ConfigurationKey[] declared = [.. new[] { typeof(ConfigurationKeys), typeof(AccessKeys) }
            .SelectMany(static type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Select(field => field.GetValue(null))
            .OfType<ConfigurationKey>()];

        Assert.Equal(declared.Select(key => key.Path).Order(), ConfigurationKeys.All.Select(key => key.Path).Order());
    }

    [Fact]
    public void All_LiteralDefaults_AreAcceptedByTheirOwnRules()
    {
        foreach (ConfigurationKey key in ConfigurationKeys.All.Where(key => key is IValueKey && key.Default.Length > 0 && !key.Default.StartsWith('(')))
        {
            Assert.NotNull(key.GetType().GetProperty("DefaultValue")!.GetValue(key));
        }
    }

    [Fact]
    public void All_Rows_SayWhatTheyMean() => Assert.All(ConfigurationKeys.All, key =>
    {
        Assert.EndsWith(".", key.Meaning, StringComparison.Ordinal);
        Assert.NotEmpty(key.Type);
    });

    [Theory]
    [InlineData("lisen", "listen")]
    [InlineData("LISTEN", "listen")]
    [InlineData("bufferSise", "bufferSize")]
    [InlineData("x", null)]
    [InlineData("keepAlive", null)]
    public void Nearest_OfAWord_IsTheOneMeantOrNone(string word, string? nearest) =>
        Assert.Equal(nearest, Spelling.Nearest(word, ["listen", "links", "bufferSize", "buffers"]));
}
