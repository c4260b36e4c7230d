namespace Bridge.Relay.Tests.Simulation;

/// <summary>How a connection of the simulation ends.</summary>
internal enum CutManner
{
    /// <summary>Both directions tear in the middle of a frame, and both sides are soon told (RST).</summary>
    Reset,

    /// <summary>Both directions swallow everything, and nobody is told for long.</summary>
    Silence,

    /// <summary>One direction swallows everything, the other goes on; the starved side gives up first.</summary>
    OneDirection,

    /// <summary>One side says goodbye: all that it sent before arrives, what comes towards it does not count any more.</summary>
    Close,
}
