namespace Bridge.Ports.CrossConnect;

/// <summary>What happens to a name.</summary>
internal enum NameEvent
{
    /// <summary>Its driver announces it.</summary>
    Announced,

    /// <summary>Its driver withdraws it, or is reset.</summary>
    Withdrawn,

    /// <summary>The other driver's ring has the message that was due.</summary>
    Sent,

    /// <summary>The other driver is reset: it knows nothing any more.</summary>
    Forgotten,
}
