using Bridge.Gateway.Bench;
using Bridge.LoadTests.Messages;

namespace Bridge.LoadTests.Measuring;

/// <summary>A rig that this process' applications talk through.</summary>
internal sealed class PathRig(RigName name, int maximumMessage, IReadOnlyList<MessagePath> paths, bool hasRate = true) : Rig(name, maximumMessage), IDisposable
{
    /// <summary>One for each channel.</summary>
    public IReadOnlyList<MessagePath> Paths => paths;

    public override bool HasRate => hasRate;

    public override async Task<(double P50, double P99)> RoundTripsAsync(int length, int count, CancellationToken cancellation)
    {
        LatencyHistogram times = await RoundTrips.MeasureAsync(paths[0], length, count).WaitAsync(cancellation);
        return (times.Percentile(50).TotalMicroseconds, times.Percentile(99).TotalMicroseconds);
    }

    public override Task<double> RateAsync(int length, TimeSpan duration, CancellationToken cancellation) => RateAsync(1, length, duration, cancellation);

    /// <summary>Messages per second one way on so many channels together.</summary>
    public Task<double> RateAsync(int channels, int length, TimeSpan duration, CancellationToken cancellation) =>
        OneWay.MeasureAsync([.. paths.Take(channels)], length, duration).WaitAsync(cancellation);

    public void Dispose()
    {
        foreach (MessagePath path in paths)
            path.Dispose();
    }
}
