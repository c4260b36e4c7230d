namespace Bridge.LoadTests.Measuring;

/// <summary>Something that carries messages and can be measured.</summary>
internal abstract class Rig(RigName name, int maximumMessage)
{
    public RigName Name => name;

    /// <summary>Bytes of the longest message.</summary>
    public int MaximumMessage => maximumMessage;

    /// <summary>Whether it is measured one way: socat merges packets into a stream.</summary>
    public virtual bool HasRate => true;

    /// <summary>Idle round trips: p50 and p99 in microseconds.</summary>
    public abstract Task<(double P50, double P99)> RoundTripsAsync(int length, int count, CancellationToken cancellation);

    /// <summary>Messages per second one way.</summary>
    public abstract Task<double> RateAsync(int length, TimeSpan duration, CancellationToken cancellation);
}
