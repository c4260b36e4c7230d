namespace Bridge.Ports.VhostUser.Messages;

/// <summary>The front end broke the protocol: its connection is closed with this reason.</summary>
internal sealed class FrontEndFaultException(string message, Exception? inner = null) : Exception(message, inner);
