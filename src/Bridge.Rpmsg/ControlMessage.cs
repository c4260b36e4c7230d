namespace Bridge.Rpmsg;

/// <summary>A message of the bus itself that waits for a transmit buffer: name service (Name is set) or flow.</summary>
internal struct ControlMessage
{
    /// <summary>Name service: the service. Null: a flow message.</summary>
    public string? Name;

    /// <summary>Name service: the endpoint whose CREATE this is, so that sending it is noted there; null for a DESTROY.</summary>
    public RpmsgEndpoint? Creates;

    /// <summary>Name service: the endpoint's address.</summary>
    public uint Address;

    public FlowMessage Flow;
}
