namespace Bridge.Relay.Tests.Simulation;

/// <summary>What a simulation does to the bridge besides cutting its links.</summary>
[Flags]
internal enum Disturbances
{
    None = 0,

    /// <summary>Drivers reset their devices.</summary>
    Resets = 1,

    /// <summary>Bits arrive wrong.</summary>
    Flips = 2,

    /// <summary>Device sides lose all that they know, behind drivers that go on.</summary>
    Reboots = 4,
}
