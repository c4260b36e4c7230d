namespace Bridge.Rpmsg;

/// <summary>A message of the bus itself that waits for a transmit buffer, as it can be recorded.</summary>
/// <param name="Kind">Of which service.</param>
/// <param name="What">The flags of the name or address service, or the <see cref="FlowKind"/>.</param>
/// <param name="Source">The announced address; of the address service the service's (its <see cref="AddressServiceMessage.Source"/>); of a flow message its source.</param>
/// <param name="Destination">0 for the name service.</param>
/// <param name="Value">A flow message's; else 0.</param>
/// <param name="Name">The service's; empty for a flow message.</param>
public readonly record struct WaitingControl(ControlKind Kind, uint What, uint Source, uint Destination, uint Value, string Name);
