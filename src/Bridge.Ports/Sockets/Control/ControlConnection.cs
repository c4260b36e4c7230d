using Bridge.Linux;
using Bridge.Ports.Polling;

namespace Bridge.Ports.Sockets.Control;

/// <summary>An application's connection to <c>control</c>: one request at a time, and its reply before the next is read.</summary>
internal sealed class ControlConnection(ControlEntrance entrance, SeqPacketSocket socket) : PollTarget
{
    /// <summary>The application's.</summary>
    public SeqPacketSocket Socket => socket;

    /// <summary>The reply that the application has not taken yet; null if there is none.</summary>
    public byte[]? Reply { get; set; }

    /// <inheritdoc/>
    public override FileDescriptor Descriptor => socket.Descriptor;

    /// <inheritdoc/>
    public override void OnReady(PollEvents events) => entrance.OnReady(this);
}
