using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

/// <summary>Two buses over real rings in one thread, in random order, each sleeping when it may: nothing lost, doubled, reordered or changed, and no wake-up missed.</summary>
public class BurstTests
{
    private const ulong NameService = RpmsgFeatures.NameService;
    private const ulong Version1 = VirtioFeatures.Version1;
    private const ulong EventIndex = VirtioFeatures.EventIndex;

    // 100 000 messages a direction carry all four indices past 65535.
    [Theory]
    [InlineData(256, 512, NameService | Version1 | EventIndex, 100_000)]
    [InlineData(256, 512, NameService | Version1, 20_000)]
    [InlineData(256, 512, NameService, 100_000)]
    [InlineData(16, 64, NameService | EventIndex, 20_000)]
    [InlineData(3, 64, Version1 | EventIndex, 100_000)]
    [InlineData(1, 56, NameService | Version1 | EventIndex, 100_000)]
    [InlineData(1, 56, NameService, 20_000)]
    [InlineData(2, 56, NameService | Version1, 20_000)]
    [InlineData(1000, 100, NameService | Version1 | EventIndex, 20_000)]
    [InlineData(1024, 1024, NameService, 20_000)]
    [InlineData(7, 65551, NameService | Version1 | EventIndex, 5_000)]
    [InlineData(64, 4096, Version1, 20_000)]
    public void Pump_RandomOrderBothDirections_NothingLostDoubledOrReordered(int bufferCount, int bufferSize, ulong features, int messages)
    {
        int seed = Random.Shared.Next();
        string scenario = $"seed {seed}, {bufferCount} x {bufferSize}, features {VirtioFeatures.Describe(features)}";
        var random = new Random(seed);
        using var pair = new RingPair(new RpmsgOptions(bufferCount, bufferSize), features);
        var driver = new BurstSide(pair.Driver, pair.Options, features, random, messages, scenario);
        var device = new BurstSide(pair.Device, pair.Options, features, random, messages, scenario);
        driver.Destination = device.Endpoint;
        device.Destination = driver.Endpoint;

        while (!driver.IsDone || !device.IsDone)
        {
            bool stuck = driver.IsAsleep && device.IsAsleep && !driver.IsReaderBusy && !device.IsReaderBusy;
            Assert.False(stuck, $"{scenario}: both sleep; driver {driver.Progress}, device {device.Progress}");
            (BurstSide turn, BurstSide other) = random.Next(2) == 0 ? (driver, device) : (device, driver);
            if (turn.Step())
            {
                other.Wake();
            }
        }

        Assert.Equal((messages, messages), (driver.Received, device.Received));
        Assert.True(driver.HeldOnce && device.HeldOnce, scenario);
        Assert.Equal(0, driver.Faults + device.Faults);
    }
}
