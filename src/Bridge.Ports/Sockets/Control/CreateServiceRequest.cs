namespace Bridge.Ports.Sockets.Control;

/// <summary>Makes a service, as the configuration could.</summary>
/// <param name="Service">Its rpmsg name as the other side will see it, one character per byte.</param>
/// <param name="Address">Its fixed rpmsg address; null: the next dynamic one.</param>
/// <param name="Permanent">Announced from now on and for ever, whether or not an application is there.</param>
/// <param name="Peers">Connections that it takes, each with a peer of its own; 1..<see cref="MaximumPeers"/>.</param>
/// <param name="Takeover">Who connects while it is taken takes the conversation over.</param>
/// <param name="GraceSeconds">How long a conversation waits for its application to come back, 0..<see cref="MaximumGraceSeconds"/>; 0: not at all.</param>
// A constructor's parameters, because generated readers keep no other defaults.
internal sealed record CreateServiceRequest(
    string Service, uint? Address = null, bool Permanent = false, int Peers = 1, bool Takeover = false, int GraceSeconds = 0) : ControlRequest
{
    /// <summary>Most <see cref="Peers"/>: all of a service's conversations fit into one reply.</summary>
    public const int MaximumPeers = FlowReply.MaximumConversations;

    /// <summary>Most <see cref="GraceSeconds"/>: a day.</summary>
    public const int MaximumGraceSeconds = 86400;

    internal override string? FindFault() =>
        ControlRules.FindNameFault("service", Service)
        ?? (Address is { } address ? ControlRules.FindOwnAddressFault("address", address) : null)
        ?? ControlRules.FindRangeFault("peers", Peers, 1, MaximumPeers)
        ?? ControlRules.FindRangeFault("graceSeconds", GraceSeconds, 0, MaximumGraceSeconds);
}
