namespace Bridge.LoadTests.Floors;

/// <summary>What carries a floor.</summary>
internal enum FloorKind
{
    /// <summary>TCP without TLS.</summary>
    Plain,

    /// <summary>The link's TCP with TLS 1.3.</summary>
    Tcp,

    /// <summary>The link's QUIC.</summary>
    Quic,
}
