using Bridge.Linux;
using Bridge.Ports.Polling;

namespace Bridge.Ports.Sockets.Control;

/// <summary>The listening <c>control</c> socket.</summary>
internal sealed class ControlDoor(ControlEntrance entrance, SeqPacketListener listener) : PollTarget
{
    /// <summary>Accepts connections.</summary>
    public SeqPacketListener Listener => listener;

    /// <inheritdoc/>
    public override FileDescriptor Descriptor => listener.Descriptor;

    /// <inheritdoc/>
    public override void OnReady(PollEvents events) => entrance.Accept();
}
