using System.Globalization;
using Bridge.LoadTests.Engine;

namespace Bridge.Performance.Tests;

/// <summary>What the link adds to messages.</summary>
[Trait("Category", "Performance")]
public sealed class WireSizeTests
{
    private const int Header = 16;

    [Theory]
    // As the target has it; large messages cost less, small ones are mostly header.
    [InlineData(256, 496, 1.08)]
    [InlineData(32, 4080, 1.02)]
    [InlineData(256, 64, 1.25)]
    public async Task Burst_OfAFullRing_CostsLittleMoreThanHeadersAndPayload(int ring, int length, double bound)
    {
        const int Turns = 100;
        await using JoinedEngine engine = new(ring, length);
        (long sent, long bytes) = (engine.Sent, engine.BytesToDevice);

        for (int i = 0; i < Turns; i++)
            engine.Turn();

        double ratio = (engine.BytesToDevice - bytes) / (double)((engine.Sent - sent) * (Header + length));
        Assert.Equal(Turns * ring, engine.Sent - sent);
        // Below 1 something would be missing.
        Assert.True(ratio > 1 && ratio <= bound, string.Create(CultureInfo.InvariantCulture, $"{ratio:F4} bytes per byte, at most {bound} are meant"));
    }
}
