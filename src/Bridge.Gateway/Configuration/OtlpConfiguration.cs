namespace Bridge.Gateway.Configuration;

/// <summary>Export by OTLP, the OpenTelemetry protocol.</summary>
/// <param name="Endpoint">The collector.</param>
/// <param name="Protocol">How it is spoken to.</param>
/// <param name="Interval">Time between two exports.</param>
internal sealed record OtlpConfiguration(Uri Endpoint, OtlpProtocol Protocol, TimeSpan Interval);
