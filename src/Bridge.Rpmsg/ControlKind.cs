namespace Bridge.Rpmsg;

/// <summary>Which of the bus's own services a message belongs to. The numbers are recorded (<see cref="IRpmsgKeeper"/>).</summary>
public enum ControlKind
{
    /// <summary>Address 53.</summary>
    NameService,

    /// <summary>Address 54.</summary>
    AddressService,

    /// <summary>Address 55.</summary>
    Flow,
}
