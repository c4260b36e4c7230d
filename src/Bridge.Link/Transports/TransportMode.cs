namespace Bridge.Link.Transports;

/// <summary>Which transports a link may use.</summary>
public enum TransportMode
{
    /// <summary>QUIC first where it is available, else TCP.</summary>
    Auto,

    /// <summary>QUIC only.</summary>
    Quic,

    /// <summary>TCP only.</summary>
    Tcp,
}
