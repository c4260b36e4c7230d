using System.Net;

namespace Bridge.Gateway.Configuration;

/// <summary>Where the gateway's figures can be had, and where they are sent.</summary>
/// <param name="Listen">TCP addresses of <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c>, for reading only; empty = only the admin socket has them.</param>
/// <param name="Otlp">Where figures are sent by OTLP; null = nowhere.</param>
internal sealed record MetricsConfiguration(IReadOnlyList<IPEndPoint> Listen, OtlpConfiguration? Otlp)
{
    /// <summary>Nothing but the admin socket.</summary>
    public static MetricsConfiguration None { get; } = new([], null);
}
