using Bridge.Gateway.Bench;
using Bridge.LoadTests.Gateways;
using Bridge.LoadTests.Measuring;
using Bridge.LoadTests.Results;

namespace Bridge.LoadTests;

/// <summary>Goes through the rigs, round after round, and collects figures.</summary>
internal sealed class Measurements(RigSet rigs, LoadPlan plan, Figures figures, Action<string> progress)
{
    private const int Usual = 496, Header = 16, EchoWindow = 64;
    private const string Packets = "seqpacket";

    private static readonly int[] ManyChannels = [8, 32];
    private static readonly int[] TripLengths = [64, 496, 4080];

    // QUIC ends what is silent for a minute, and a floor has no session that keeps it alive while others are measured.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    private long _spoken = TimeProvider.System.GetTimestamp();

    /// <summary>Everything, several times.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await WarmUpAsync(cancellation);
        for (int round = 1; round <= plan.Rounds; round++)
        {
            progress($"round {round} of {plan.Rounds}: idle round trips");
            foreach (Rig rig in rigs.Rigs)
                await RoundTripsAsync(rig, cancellation);
            progress($"round {round} of {plan.Rounds}: one way");
            foreach (Rig rig in rigs.Rigs.Where(rig => rig.HasRate))
                await OneWayAsync(rig, cancellation);
            progress($"round {round} of {plan.Rounds}: open loop");
            foreach (PathRig rig in rigs.Rigs.OfType<PathRig>().Where(HasOpenLoop))
                await OpenLoopAsync(rig, cancellation);
        }

        foreach ((string transport, BridgePair pair) in rigs.Bridges)
            await UnderLoadAsync(transport, pair, cancellation);
    }

    private async Task KeepAliveAsync(CancellationToken cancellation)
    {
        if (TimeProvider.System.GetElapsedTime(_spoken) < LongestSilence)
            return;
        foreach (Rig rig in rigs.Rigs.Where(static rig => rig.Name is { Part: "raw" or "pass-through", Transport: "quic" }))
            await rig.RoundTripsAsync(TripLengths[0], 1, cancellation);
        _spoken = TimeProvider.System.GetTimestamp();
    }

    private static bool HasOpenLoop(PathRig rig) => rig.Name is { Part: "bridge" or "pass-through", Sockets: Packets };

    private async Task WarmUpAsync(CancellationToken cancellation)
    {
        progress("warming up");
        foreach (Rig rig in rigs.Rigs)
        {
            await KeepAliveAsync(cancellation);
            await rig.RoundTripsAsync(Math.Min(Usual, rig.MaximumMessage), rig.Name.Part == "bridge+10ms" ? 3 : plan.RoundTrips, cancellation);
            if (rig.HasRate)
                await rig.RateAsync(Math.Min(Usual, rig.MaximumMessage), plan.OneWay, cancellation);
        }
    }

    private async Task RoundTripsAsync(Rig rig, CancellationToken cancellation)
    {
        await KeepAliveAsync(cancellation);
        // What takes 10 ms each is not made more precise by thousands.
        int count = rig.Name.Part == "bridge+10ms" ? 20 : plan.RoundTrips;
        foreach (int length in TripLengths.Where(length => length <= rig.MaximumMessage))
        {
            (double p50, double p99) = await rig.RoundTripsAsync(length, count, cancellation);
            figures.Add(new Figure("p50", rig.Name, length), p50);
            figures.Add(new Figure("p99", rig.Name, length), p99);
        }
    }

    private async Task OneWayAsync(Rig rig, CancellationToken cancellation)
    {
        foreach (int length in plan.MoreLengths.Prepend(Usual).Where(length => length <= rig.MaximumMessage))
            await RateAsync(rig, length, cancellation);
        if (rig is not PathRig { Paths.Count: > 1 } many)
            return;
        foreach (int channels in ManyChannels)
            figures.Add(new Figure("rate", rig.Name, Usual, channels), await many.RateAsync(channels, Usual, plan.OneWay, cancellation));
    }

    private async Task RateAsync(Rig rig, int length, CancellationToken cancellation)
    {
        await KeepAliveAsync(cancellation);
        BridgePair? pair = rig.Name.Part == "bridge" ? rigs.Bridges[rig.Name.Transport] : null;
        long bytes = pair is null ? 0 : await pair.Near.SentBytesAsync();
        TimeSpan processor = pair?.ProcessorTime ?? TimeSpan.Zero;
        long begin = TimeProvider.System.GetTimestamp();
        double rate = await rig.RateAsync(length, plan.OneWay, cancellation);
        figures.Add(new Figure("rate", rig.Name, length), rate);
        if (pair is null)
            return;
        double messages = rate * TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        figures.Add(new Figure("cpu-us-per-message", rig.Name, length), (pair.ProcessorTime - processor).TotalMicroseconds / messages);
        figures.Add(new Figure("wire", rig.Name, length), (await pair.Near.SentBytesAsync() - bytes) / (messages * (Header + length)));
    }

    private async Task OpenLoopAsync(PathRig rig, CancellationToken cancellation)
    {
        await KeepAliveAsync(cancellation);
        double highest = await RoundTrips.MeasureRateAsync(rig.Paths[0], Usual, EchoWindow, plan.OneWay).WaitAsync(cancellation);
        figures.Add(new Figure("echo-rate", rig.Name, Usual), highest);
        LatencyHistogram times = await OpenLoop.MeasureAsync(rig.Paths[0], Usual, highest / 2, plan.OpenLoop).WaitAsync(cancellation);
        figures.Add(new Figure("open-p50", rig.Name, Usual), times.Percentile(50).TotalMicroseconds);
        figures.Add(new Figure("open-p99", rig.Name, Usual), times.Percentile(99).TotalMicroseconds);
    }

    private async Task UnderLoadAsync(string transport, BridgePair pair, CancellationToken cancellation)
    {
        progress($"{transport}: {plan.Load.TotalSeconds} s of load");
        PathRig rig = rigs.Rigs.OfType<PathRig>().First(rig => rig.Name == new RigName("bridge", transport, plan.Rings[0], Packets));
        long[] before = await Task.WhenAll(pair.Gateways.Select(gateway => gateway.FullCollectionsAsync()));
        await rig.RateAsync(Usual, plan.Load, cancellation);
        long[] after = await Task.WhenAll(pair.Gateways.Select(gateway => gateway.FullCollectionsAsync()));
        figures.Add(new Figure("gen2", rig.Name, Usual), after.Sum() - before.Sum());
    }
}
