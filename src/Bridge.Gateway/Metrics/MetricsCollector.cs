using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Bridge.Ports.Sockets;

namespace Bridge.Gateway.Metrics;

/// <summary>Listens to this gateway's instruments and the runtime's, and writes them as a page for Prometheus. Thread-safe: one page at a time.</summary>
internal sealed class MetricsCollector : IDisposable
{
    /// <summary>The meters whose instruments are shown: the gateway's, the sockets', and the runtime's (processor time, memory, garbage collection, thread pool, exceptions).</summary>
    public static readonly IReadOnlyList<string> Meters = [MeasuredMeter.Name, SocketsOptions.MeterName, "System.Runtime"];

    private readonly MeasuredMeter _meter;
    private readonly IGatewayMeasures _gateway;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Begins to listen.</summary>
    public MetricsCollector(MeasuredMeter meter, IGatewayMeasures gateway)
    {
        (_meter, _gateway) = (meter, gateway);
        _listener.InstrumentPublished = OnPublished;
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Takes the gateway's figures and shows them to all who listen to its instruments.</summary>
    public async Task RefreshAsync() => _meter.Show(await _gateway.MeasureAsync());

    /// <summary>The page, families by name.</summary>
    public async Task<string> CollectAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await RefreshAsync();
            foreach (MetricFamily family in _families.Values)
            {
                family.Begin();
            }

            _listener.RecordObservableInstruments();
            StringBuilder text = new();
            foreach (MetricFamily family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                family.Write(text);
            }

            return text.ToString();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _turn.Dispose();
    }

    private void OnPublished(Instrument instrument, MeterListener listener)
    {
        // Of meters of the gateway's name only its own: tests have several in one process.
        bool shown = instrument.Meter.Name == MeasuredMeter.Name ? ReferenceEquals(instrument.Meter, _meter.Meter) : Meters.Contains(instrument.Meter.Name);
        if (!shown)
        {
            return;
        }

        var family = MetricFamily.Of(instrument);
        if (_families.TryAdd(family.Name, family))
        {
            listener.EnableMeasurementEvents(instrument, family);
        }
    }
}
