namespace Bridge.Relay;

/// <summary>What becomes of a chain that a device had when it was lost: nobody knows whether its work was done.</summary>
public enum LostChain
{
    /// <summary>It is given to the device's successor: doing it twice is the same as doing it once.</summary>
    Repeat,

    /// <summary>It is given back as used, with nothing written: what it asked for may be lost by the rules of its type.</summary>
    Complete,

    /// <summary>It is given back with its type's answer for "failed, and the device is not to blame": the driver decides whether to ask again.</summary>
    Fail,
}
