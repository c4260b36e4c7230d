namespace Bridge.Rpmsg;

/// <summary>A message of the bus itself that waits for a transmit buffer. One of three is set, as Kind says.</summary>
internal struct ControlMessage
{
    public ControlKind Kind;

    /// <summary>Its number at the keeper; negative: not recorded.</summary>
    public int Number;

    public NameServiceMessage Service;

    /// <summary>Name service: the endpoint whose CREATE this is, so that sending it is noted there; null for a DESTROY.</summary>
    public RpmsgEndpoint? Creates;

    public AddressServiceMessage Assignment;

    public FlowMessage Flow;

    /// <summary>As it can be recorded.</summary>
    public readonly WaitingControl ToWaiting() => Kind switch
    {
        ControlKind.NameService => new WaitingControl(Kind, (uint)Service.Flags, Service.Address, 0, 0, Service.Name),
        ControlKind.AddressService => new WaitingControl(Kind, (uint)Assignment.Flags, Assignment.Source, Assignment.Destination, 0, Assignment.Name),
        _ => new WaitingControl(Kind, (uint)Flow.Kind, Flow.Source, Flow.Destination, Flow.Value, ""),
    };

    /// <summary>As it was recorded.</summary>
    public static ControlMessage From(int number, in WaitingControl waiting, RpmsgEndpoint? creates) => waiting.Kind switch
    {
        ControlKind.NameService => new ControlMessage
        {
            Kind = waiting.Kind,
            Number = number,
            Service = new NameServiceMessage(waiting.Name, waiting.Source, (NameServiceFlags)waiting.What),
            Creates = creates,
        },
        ControlKind.AddressService => new ControlMessage
        {
            Kind = waiting.Kind,
            Number = number,
            Assignment = new AddressServiceMessage(waiting.Name, waiting.Destination, waiting.Source, (AddressServiceFlags)waiting.What),
        },
        _ => new ControlMessage
        {
            Kind = waiting.Kind,
            Number = number,
            Flow = new FlowMessage((FlowKind)waiting.What, waiting.Source, waiting.Destination, waiting.Value),
        },
    };
}
