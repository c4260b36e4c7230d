namespace Bridge.Ports.Sockets.Control;

/// <summary>Answers <see cref="CreateServiceRequest"/> and <see cref="CreateEndpointRequest"/>.</summary>
/// <param name="Socket">What to connect to, below the device's directory.</param>
/// <param name="Local">Our rpmsg address; null for an endpoint that gets one when it is opened.</param>
/// <param name="Remote">The other side's, for an endpoint.</param>
internal sealed record CreateReply(string Socket, uint? Local = null, uint? Remote = null) : ControlReply(Ok: true);
