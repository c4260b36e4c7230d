namespace Bridge.Ports.Sockets.Control;

/// <summary>Answers <see cref="FlowRequest"/>.</summary>
/// <param name="Socket">The socket that was asked about.</param>
/// <param name="Conversations">Its conversations, at most <see cref="MaximumConversations"/>; empty while there is none.</param>
/// <param name="Maximum">Most bytes of a message on this device.</param>
internal sealed record FlowReply(string Socket, IReadOnlyList<FlowState> Conversations, int Maximum) : ControlReply(Ok: true)
{
    /// <summary>Most conversations of a socket: with the largest numbers a reply stays below <see cref="ControlReply.MaximumLength"/>.</summary>
    public const int MaximumConversations = 128;
}
