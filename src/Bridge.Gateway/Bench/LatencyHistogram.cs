using System.Numerics;

namespace Bridge.Gateway.Bench;

/// <summary>
/// Counts latencies in buckets that are at most 0.8 % wide, so that percentiles of millions of values cost 36 KiB and no allocation per value. Not thread-safe; one per thread, then <see cref="Add(LatencyHistogram)"/>.
/// </summary>
/// <remarks>A value's bucket is its highest eight bits and how far they were shifted: 0..255 ns exactly, then 128 buckets for each power of two.</remarks>
internal sealed class LatencyHistogram
{
    private const int HalfBits = 7;
    private const int Half = 1 << HalfBits;

    // An hour; what is longer is counted as an hour.
    private const long Longest = 3_600_000_000_000;

    private readonly long[] _counts = new long[IndexOf(Longest) + 1];

    /// <summary>Values counted.</summary>
    public long Count { get; private set; }

    /// <summary>The largest value, exactly; zero when there is none.</summary>
    public TimeSpan Largest => Span(LargestNanoseconds);

    /// <summary>The smallest value, exactly; zero when there is none.</summary>
    public TimeSpan Smallest => Span(Count == 0 ? 0 : SmallestNanoseconds);

    /// <summary>The mean, exactly; zero when there is none.</summary>
    public TimeSpan Mean => Span(Count == 0 ? 0 : Sum / Count);

    private long LargestNanoseconds { get; set; }

    private long SmallestNanoseconds { get; set; } = Longest;

    private long Sum { get; set; }

    /// <summary>Counts one value; a negative one counts as zero.</summary>
    public void Add(TimeSpan latency)
    {
        long nanoseconds = Math.Clamp(latency.Ticks, 0, Longest / TimeSpan.NanosecondsPerTick) * TimeSpan.NanosecondsPerTick;
        _counts[IndexOf(nanoseconds)]++;
        Count++;
        Sum += nanoseconds;
        LargestNanoseconds = Math.Max(LargestNanoseconds, nanoseconds);
        SmallestNanoseconds = Math.Min(SmallestNanoseconds, nanoseconds);
    }

    /// <summary>Counts everything that another one has counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        Sum += other.Sum;
        LargestNanoseconds = Math.Max(LargestNanoseconds, other.LargestNanoseconds);
        SmallestNanoseconds = Math.Min(SmallestNanoseconds, other.SmallestNanoseconds);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        (Count, Sum, LargestNanoseconds, SmallestNanoseconds) = (0, 0, 0, Longest);
    }

    /// <summary>The value that at least <paramref name="percent"/> of all do not exceed (nearest rank), up to 0.8 % too large; zero when there is none.</summary>
    /// <param name="percent">0..100.</param>
    public TimeSpan Percentile(double percent)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(percent / 100 * Count)), seen = 0;
        for (int i = 0; i < _counts.Length && Count > 0; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
                return Span(Math.Min(LastOf(i), LargestNanoseconds));
        }

        return TimeSpan.Zero;
    }

    private static int IndexOf(long nanoseconds)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)nanoseconds) - HalfBits);
        return (shift << HalfBits) + (int)(nanoseconds >> shift);
    }

    private static long LastOf(int index)
    {
        int shift = Math.Max(0, (index >> HalfBits) - 1);
        long first = index - ((long)shift << HalfBits);
        return ((first + 1) << shift) - 1;
    }

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks((nanoseconds + TimeSpan.NanosecondsPerTick / 2) / TimeSpan.NanosecondsPerTick);
}
