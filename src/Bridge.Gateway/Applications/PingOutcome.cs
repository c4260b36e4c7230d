namespace Bridge.Gateway.Applications;

/// <summary>What became of one ping.</summary>
internal enum PingOutcome
{
    /// <summary>The echo came in time.</summary>
    Echoed,

    /// <summary>The echo came in time with other bytes, or another length.</summary>
    Corrupted,

    /// <summary>No echo in time.</summary>
    TimedOut,

    /// <summary>The message could not be handed over in time: the channel is held up.</summary>
    NotSent,
}
