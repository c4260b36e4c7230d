using Bridge.Linux;
using Bridge.Ports.Polling;

namespace Bridge.Ports.Sockets.Streams;

/// <summary>One listening stream socket: the device's <c>stream</c>, or a TCP address.</summary>
internal sealed class StreamDoor(StreamEntrance entrance, StreamListener listener, string name) : PollTarget
{
    /// <summary>Path or address, for logs.</summary>
    public string Name => name;

    /// <summary>Accepts connections.</summary>
    public StreamListener Listener => listener;

    /// <inheritdoc/>
    public override FileDescriptor Descriptor => listener.Descriptor;

    /// <inheritdoc/>
    public override void OnReady(PollEvents events) => entrance.Accept(this);
}
