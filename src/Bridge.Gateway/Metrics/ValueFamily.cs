using System.Diagnostics.Metrics;
using System.Text;

namespace Bridge.Gateway.Metrics;

/// <summary>A counter or gauge. Not for hot paths: a measurement allocates its labels.</summary>
internal sealed class ValueFamily(Instrument instrument, bool isCounter, bool adds) : MetricFamily(instrument, isCounter ? "counter" : "gauge", isCounter)
{
    private readonly bool _isObservable = instrument.IsObservable;
    private readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);

    public override void Begin()
    {
        if (_isObservable)
        {
            lock (_values)
            {
                _values.Clear();
            }
        }
    }

    public override void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = PrometheusText.Labels(tags);
        lock (_values)
        {
            _values[labels] = adds ? _values.GetValueOrDefault(labels) + value : value;
        }
    }

    protected override void WriteSamples(StringBuilder text)
    {
        lock (_values)
        {
            foreach ((string labels, double value) in _values)
            {
                PrometheusText.Sample(text, Name, labels, value);
            }
        }
    }
}
