namespace Bridge.EndToEnd.Tests.Loss;

/// <summary>What the two ends of a cut connection see.</summary>
internal enum CutManner
{
    /// <summary>A reset (RST).</summary>
    Abort,

    /// <summary>An ordinary end (FIN) in the middle of a TLS record.</summary>
    Close,

    /// <summary>Nothing for a while, then a reset.</summary>
    Silence,
}
