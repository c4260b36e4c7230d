namespace Bridge.Rpmsg;

/// <summary>Which of the bus's own services a <see cref="ControlMessage"/> belongs to.</summary>
internal enum ControlKind
{
    NameService,
    AddressService,
    Flow,
}
