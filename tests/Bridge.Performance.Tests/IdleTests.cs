using Bridge.LoadTests.Gateways;
using Bridge.LoadTests.Processes;

namespace Bridge.Performance.Tests;

/// <summary>What nobody uses costs nothing: not in time, which a busy machine would falsify, but in how often threads are woken.</summary>
[Trait("Category", "Performance")]
public sealed class IdleTests
{
    private const int Devices = 64, Channels = 16;

    [Fact]
    public async Task Gateways_WithManyIdleDevices_AreWokenLessThanOncePerDeviceAndSecond()
    {
        using RunPlace place = new();
        using CancellationTokenSource limit = new(Bounds.Limit);
        string[] services = [.. Enumerable.Range(0, Channels).Select(i => $"c{i}")];
        BridgeDevice[] devices = [.. Enumerable.Range(0, Devices).Select(i => new BridgeDevice($"rpmsg{i}", 256, 512, [], [], services))];
        await using BridgePair pair = new(place, "idle", "tcp", devices);
        await pair.UntilReadyAsync(limit.Token);
        double[] rates = [double.MaxValue];
        // Announcements and the runtime's own start take a while; afterwards it stays quiet.
        for (int attempt = 0; attempt < 10 && rates.Max() >= Devices; attempt++)
            rates = await WakeUpsAsync(pair, TimeSpan.FromSeconds(2));

        Assert.All(rates, rate => Assert.True(rate < Devices, $"{rate} wake-ups per second with {Devices} devices"));
    }

    /// <summary>Voluntary context switches per second of each gateway: a thread that sleeps until something happens makes none.</summary>
    private static async Task<double[]> WakeUpsAsync(BridgePair pair, TimeSpan duration)
    {
        using PeriodicTimer timer = new(duration);
        long begin = TimeProvider.System.GetTimestamp();
        long[] before = [.. pair.Gateways.Select(gateway => Count(gateway.Process.Id))];
        await timer.WaitForNextTickAsync();
        double seconds = TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        return [.. pair.Gateways.Zip(before, (gateway, earlier) => (Count(gateway.Process.Id) - earlier) / seconds)];
    }

    private static long Count(int process)
    {
        const string Switches = "voluntary_ctxt_switches:";
        long count = 0;
        foreach (string thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            try
            {
                string line = File.ReadLines(Path.Combine(thread, "status")).First(line => line.StartsWith(Switches, StringComparison.Ordinal));
                count += long.Parse(line.AsSpan(Switches.Length), System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // A thread of the pool has ended meanwhile; its count goes with it, which only makes the difference smaller.
            }
        }

        return count;
    }
}
