namespace Bridge.Gateway.Configuration;

/// <summary>How an OTLP collector is spoken to.</summary>
internal enum OtlpProtocol
{
    /// <summary>gRPC over HTTP/2; collectors have it on port 4317.</summary>
    Grpc,

    /// <summary>Protocol buffers over HTTP/1.1, posted to <c>/v1/metrics</c>; collectors have it on port 4318.</summary>
    Http,
}
