using System.Diagnostics.Metrics;
using System.Text;

namespace Bridge.Gateway.Metrics;

/// <summary>One instrument as a family of the text format. Recording may happen on any thread.</summary>
internal abstract class MetricFamily(Instrument instrument, string type, bool isCounter)
{
    // The runtime declares these two as counters (.NET 10), but they go down as well.
    private static readonly string[] Falling = ["dotnet.thread_pool.thread.count", "dotnet.thread_pool.queue.length"];

    /// <summary>The family's name.</summary>
    public string Name { get; } = PrometheusName.Of(instrument.Name, instrument.Unit, isCounter);

    /// <summary>Makes the family that an instrument needs.</summary>
    public static MetricFamily Of(Instrument instrument)
    {
        Type kind = instrument.GetType().GetGenericTypeDefinition();
        if (kind == typeof(Histogram<>))
        {
            return new HistogramFamily(instrument);
        }

        bool isCounter = (kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>)) && !Falling.Contains(instrument.Name);
        // These tell their changes; all others tell how much there is.
        bool adds = kind == typeof(Counter<>) || kind == typeof(UpDownCounter<>);
        return new ValueFamily(instrument, isCounter, adds);
    }

    /// <summary>A collection begins: observable instruments are about to say everything anew.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>Takes one measurement.</summary>
    public abstract void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags);

    /// <summary>Writes the family.</summary>
    public void Write(StringBuilder text)
    {
        text.Append("# HELP ").Append(Name).Append(' ').Append(PrometheusText.Help(instrument.Description)).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(type).Append('\n');
        WriteSamples(text);
    }

    /// <summary>Writes a line for each series.</summary>
    protected abstract void WriteSamples(StringBuilder text);
}
