using System.Globalization;

namespace Bridge.Linux.Tests;

/// <summary>What a service manager says that it handed over. (That it is taken over is tested with a service manager.)</summary>
public sealed class InheritedDescriptorTests
{
    private static readonly string Ours = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(null, null)]
    [InlineData("", "2")]
    [InlineData("1", "2")]
    [InlineData("-1", "2")]
    public void TakeAll_NothingForThisProcess_IsEmpty(string? process, string? count) =>
        Assert.Empty(InheritedDescriptor.TakeAll(name => name switch { "LISTEN_PID" => process, "LISTEN_FDS" => count, _ => null }));

    [Theory]
    [InlineData("0")]
    [InlineData("")]
    [InlineData("x")]
    public void TakeAll_NoNumberOfThem_IsEmpty(string count) =>
        Assert.Empty(InheritedDescriptor.TakeAll(name => name switch { "LISTEN_PID" => Ours, "LISTEN_FDS" => count, _ => null }));
}
