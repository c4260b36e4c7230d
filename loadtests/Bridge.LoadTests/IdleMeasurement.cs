using Bridge.LoadTests.Gateways;
using Bridge.LoadTests.Measuring;
using Bridge.LoadTests.Processes;
using Bridge.LoadTests.Results;

namespace Bridge.LoadTests;

/// <summary>What 64 devices with 16 channels each cost while nobody uses them.</summary>
internal static class IdleMeasurement
{
    private const int Devices = 64, Channels = 16, Usual = 496;

    // At most so many looks, until one shows less than that, percent of a core.
    private const int Windows = 5;
    private const double Quiet = 0.5;

    public static async Task RunAsync(RunPlace place, LoadPlan plan, Figures figures, CancellationToken cancellation)
    {
        string[] services = [.. Enumerable.Range(0, Channels).Select(i => $"c{i}")];
        BridgeDevice[] devices = [.. Enumerable.Range(0, Devices).Select(i => new BridgeDevice($"rpmsg{i}", 256, 512, [], [], services))];
        await using BridgePair pair = new(place, "idle", "tcp", devices);
        await pair.UntilReadyAsync(cancellation);
        RigName name = new("bridge", "tcp", 256, "-");
        double least = double.MaxValue;
        // Start-up, announcements and the compilation of what ran often are no idling; how long they take depends on the machine.
        for (int window = 0; window < Windows && least > Quiet; window++)
            least = Math.Min(least, await WatchAsync(pair, plan.Idle, cancellation));
        figures.Add(new Figure("idle-cpu", name, Usual), least);
        figures.Add(new Figure("idle-rss", name, Usual), pair.Gateways.Max(gateway => gateway.Process.ResidentBytes) / 1e6);
    }

    /// <summary>Percent of a core, of the busier gateway.</summary>
    private static async Task<double> WatchAsync(BridgePair pair, TimeSpan duration, CancellationToken cancellation)
    {
        long begin = TimeProvider.System.GetTimestamp();
        TimeSpan[] before = [.. pair.Gateways.Select(gateway => gateway.Process.ProcessorTime)];
        await Task.Delay(duration, TimeProvider.System, cancellation);
        TimeSpan elapsed = TimeProvider.System.GetElapsedTime(begin);
        return pair.Gateways.Zip(before, (gateway, earlier) => (gateway.Process.ProcessorTime - earlier) / elapsed * 100).Max();
    }
}
