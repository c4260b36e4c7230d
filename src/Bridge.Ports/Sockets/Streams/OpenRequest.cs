namespace Bridge.Ports.Sockets.Streams;

/// <summary>What an application asks for in the line with which its stream connection begins.</summary>
/// <param name="Path">What to open.</param>
/// <param name="IsAddressed">With addresses before each message; see <see cref="FrameLayout"/>.</param>
internal sealed record OpenRequest(EntryPath Path, bool IsAddressed);
