namespace Bridge.Gateway.Lab;

/// <summary>What a cut swallows, seen from the gateway that dials.</summary>
[Flags]
internal enum CableDirections
{
    /// <summary>Everything passes.</summary>
    None = 0,

    /// <summary>What the dialling gateway sends.</summary>
    There = 1,

    /// <summary>What comes back.</summary>
    Back = 2,

    /// <summary>Nothing passes.</summary>
    Both = There | Back,
}
