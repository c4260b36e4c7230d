using System.Text;

namespace Bridge.Gateway.Metrics;

/// <summary>The observations with one set of tags. Thread-safe.</summary>
internal sealed class HistogramSeries
{
    private readonly double[] _bounds;
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly string[] _labels;
    private readonly string _plain;
    private readonly Lock _gate = new();

    // The last one: beyond all bounds.
    private readonly long[] _counts;
    private double _sum;

    public HistogramSeries(double[] bounds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        (_bounds, _tags, _counts, _plain) = (bounds, tags.ToArray(), new long[bounds.Length + 1], PrometheusText.Labels(tags));
        _labels = [.. bounds.Append(double.PositiveInfinity).Select(bound => PrometheusText.Labels([.. _tags, new("le", PrometheusText.Number(bound))]))];
    }

    /// <summary>Whether it is the series of these tags, in this order.</summary>
    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _tags.Length)
        {
            return false;
        }

        for (int i = 0; i < tags.Length; i++)
        {
            if (tags[i].Key != _tags[i].Key || !Equals(tags[i].Value, _tags[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    public void Record(double value)
    {
        // The first bound that is not smaller: a bucket's bound belongs to it.
        int index = Array.BinarySearch(_bounds, value);
        index = index < 0 ? ~index : index;
        lock (_gate)
        {
            _counts[index]++;
            _sum += value;
        }
    }

    public void Write(StringBuilder text, string name)
    {
        lock (_gate)
        {
            long count = 0;
            for (int i = 0; i < _counts.Length; i++)
            {
                count += _counts[i];
                PrometheusText.Sample(text, name + "_bucket", _labels[i], count);
            }

            PrometheusText.Sample(text, name + "_sum", _plain, _sum);
            PrometheusText.Sample(text, name + "_count", _plain, count);
        }
    }
}
