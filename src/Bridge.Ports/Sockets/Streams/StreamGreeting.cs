using Bridge.Linux;
using Bridge.Ports.Polling;

namespace Bridge.Ports.Sockets.Streams;

/// <summary>A stream connection that has not yet said what it wants to open.</summary>
/// <param name="entrance">Hears of its events.</param>
/// <param name="socket">The application's.</param>
/// <param name="deadline">When it must have said it, as a timestamp.</param>
internal sealed class StreamGreeting(StreamEntrance entrance, StreamSocket socket, long deadline) : PollTarget
{
    /// <summary>The application's.</summary>
    public StreamSocket Socket => socket;

    /// <summary>What has come so far.</summary>
    public OpenLine Line { get; } = new();

    /// <summary>When it must have said it, as a timestamp.</summary>
    public long Deadline => deadline;

    /// <inheritdoc/>
    public override FileDescriptor Descriptor => socket.Descriptor;

    /// <inheritdoc/>
    public override void OnReady(PollEvents events) => entrance.OnReady(this);
}
