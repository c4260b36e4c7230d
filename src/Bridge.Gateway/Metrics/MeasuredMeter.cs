using System.Diagnostics.Metrics;

namespace Bridge.Gateway.Metrics;

/// <summary>
/// A meter whose instruments all show the same moment: the figures that <see cref="Show"/> was given last. Reading a device takes its turn and is asynchronous, which the
/// callbacks of instruments cannot be; so whoever is about to collect measures first.
/// </summary>
/// <remarks>Any exporter of System.Diagnostics.Metrics may be attached. Thread-safe.</remarks>
internal sealed class MeasuredMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Bridge.Gateway";

    private readonly Meter _meter = new(Name);
    private volatile GatewayMeasures? _now;

    /// <summary>The meter.</summary>
    public Meter Meter => _meter;

    /// <summary>From now on the instruments show this.</summary>
    public void Show(GatewayMeasures measures) => _now = measures;

    /// <summary>An instrument that only grows.</summary>
    public void Counter(string name, string unit, string description, Func<GatewayMeasures, IEnumerable<Measurement<long>>> read) =>
        _meter.CreateObservableCounter(name, () => _now is { } now ? read(now) : [], unit, description);

    /// <summary>An instrument that shows how things are.</summary>
    public void Gauge(string name, string unit, string description, Func<GatewayMeasures, IEnumerable<Measurement<long>>> read) =>
        _meter.CreateObservableGauge(name, () => _now is { } now ? read(now) : [], unit, description);

    /// <summary>The same with fractions.</summary>
    public void Gauge(string name, string unit, string description, Func<GatewayMeasures, IEnumerable<Measurement<double>>> read) =>
        _meter.CreateObservableGauge(name, () => _now is { } now ? read(now) : [], unit, description);

    /// <summary>A figure with its tags.</summary>
    public static Measurement<T> Of<T>(T value, params ReadOnlySpan<(string Name, string Value)> tags)
        where T : struct
    {
        var pairs = new KeyValuePair<string, object?>[tags.Length];
        for (int i = 0; i < tags.Length; i++)
        {
            pairs[i] = new KeyValuePair<string, object?>(tags[i].Name, tags[i].Value);
        }

        return new Measurement<T>(value, pairs);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
