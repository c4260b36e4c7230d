namespace Bridge.LoadTests.Engine;

/// <summary>What the engine's driver does with its rings.</summary>
internal enum EngineWork
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Fills every transmit buffer that comes back.</summary>
    OneWay,

    /// <summary>Sends a message when the last one has come back.</summary>
    RoundTrips,
}
