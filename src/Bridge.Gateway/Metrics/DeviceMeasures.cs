using Bridge.Gateway.Composition;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;
using Bridge.Relay;

namespace Bridge.Gateway.Metrics;

/// <summary>One device at one moment, all of it from one turn.</summary>
/// <param name="Configuration">What it is.</param>
/// <param name="Report">What the status says of it.</param>
/// <param name="Relay">Its queues.</param>
/// <param name="Port">Its applications' side.</param>
internal sealed record DeviceMeasures(DeviceConfiguration Configuration, DeviceReport Report, RelayStatus Relay, LocalPortReport Port);
