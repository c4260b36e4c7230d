namespace Bridge.Rpmsg;

/// <summary>A message of the bus itself that waits for a transmit buffer. One of three is set, as Kind says.</summary>
internal struct ControlMessage
{
    public ControlKind Kind;

    public NameServiceMessage Service;

    /// <summary>Name service: the endpoint whose CREATE this is, so that sending it is noted there; null for a DESTROY.</summary>
    public RpmsgEndpoint? Creates;

    public AddressServiceMessage Assignment;

    public FlowMessage Flow;
}
