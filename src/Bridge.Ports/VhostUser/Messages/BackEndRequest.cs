namespace Bridge.Ports.VhostUser.Messages;

/// <summary>What a back end sends over the channel of SET_BACKEND_REQ_FD; the numbers are the protocol's.</summary>
internal enum BackEndRequest : uint
{
    None = 0,
    ConfigurationChange = 2,
    VringCall = 4,
    VringError = 5,
}
