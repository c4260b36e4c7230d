namespace Bridge.Link.Transports;

/// <summary>What carries a connection. Both are equals.</summary>
public enum TransportKind
{
    /// <summary>TCP with TLS 1.3; all lanes share one stream.</summary>
    Tcp,

    /// <summary>QUIC; a stream per lane and one for the link.</summary>
    Quic,
}
