using System.Diagnostics.Metrics;
using System.Text;

namespace Bridge.Gateway.Metrics;

/// <summary>A histogram, in the buckets that its instrument advises. A measurement of a series that exists allocates nothing.</summary>
internal sealed class HistogramFamily : MetricFamily
{
    private readonly double[] _bounds;
    private readonly Lock _gate = new();
    private volatile HistogramSeries[] _series = [];

    public HistogramFamily(Instrument instrument)
        : base(instrument, "histogram", isCounter: false)
    {
        _bounds = [.. (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? []];
    }

    public override void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => (Find(tags) ?? Add(tags)).Record(value);

    protected override void WriteSamples(StringBuilder text)
    {
        foreach (HistogramSeries series in _series)
        {
            series.Write(text, Name);
        }
    }

    private HistogramSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (HistogramSeries series in _series)
        {
            if (series.Has(tags))
            {
                return series;
            }
        }

        return null;
    }

    private HistogramSeries Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            // Somebody else may have been first.
            if (Find(tags) is { } there)
            {
                return there;
            }

            HistogramSeries series = new(_bounds, tags);
            _series = [.. _series, series];
            return series;
        }
    }
}
