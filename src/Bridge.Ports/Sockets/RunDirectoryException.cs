namespace Bridge.Ports.Sockets;

/// <summary>A device's directory cannot be used; the message says what to change.</summary>
/// <param name="fault">Which rule is broken.</param>
/// <param name="path">Which path it is about.</param>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="inner">What the system said, if it said something.</param>
public sealed class RunDirectoryException(RunDirectoryFault fault, string path, string message, Exception? inner = null)
    : IOException(message, inner)
{
    /// <summary>Which rule is broken.</summary>
    public RunDirectoryFault Fault { get; } = fault;

    /// <summary>Which path it is about.</summary>
    public string Path { get; } = path;
}
