namespace Bridge.Ports.VhostUser.Messages;

/// <summary>The back end broke the protocol, cannot do what is needed, or does not answer: its connection is closed with this reason.</summary>
internal sealed class BackEndFaultException(string message, Exception? inner = null) : Exception(message, inner);
