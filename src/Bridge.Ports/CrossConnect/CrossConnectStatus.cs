using Bridge.Ports.VhostUser;
using Bridge.Relay;

namespace Bridge.Ports.CrossConnect;

/// <summary>A cross-connect at one moment.</summary>
/// <param name="Remote">The driver behind the link.</param>
/// <param name="Local">This machine's driver.</param>
/// <param name="FrontEnd">The socket and who is connected to it.</param>
/// <param name="LocalRelay">The rings of this machine's driver.</param>
public sealed record CrossConnectStatus(CrossConnectDriver Remote, CrossConnectDriver Local, VhostUserStatus FrontEnd, RelayStatus LocalRelay);
