namespace Bridge.Gateway.Lab;

/// <summary>How a <see cref="LabCable"/> is cut.</summary>
internal enum CutManner
{
    /// <summary>TCP connections are reset at once, datagrams vanish.</summary>
    Reset,

    /// <summary>Nothing passes, and nobody is told.</summary>
    Silence,

    /// <summary>What the dialling gateway sends vanishes, what the other one sends passes: half open.</summary>
    OneDirection,

    /// <summary>TCP connections are closed in good order, in the middle of a record; datagrams vanish.</summary>
    Close,

    /// <summary>The dialling gateway has another address from now on: TCP connections are reset, datagrams come from another port. Nothing is out.</summary>
    AddressChange,

    /// <summary>Datagrams vanish until the next cut, so that the link has to go on over TCP.</summary>
    OtherTransport,
}
