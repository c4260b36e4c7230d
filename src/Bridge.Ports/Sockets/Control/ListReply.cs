namespace Bridge.Ports.Sockets.Control;

/// <summary>Answers <see cref="ListRequest"/>.</summary>
/// <param name="Entries">At most <see cref="MaximumEntries"/>, in order.</param>
/// <param name="More">There are more: ask again with <c>after</c> the last of these.</param>
/// <param name="Maximum">Most bytes of a message on this device.</param>
internal sealed record ListReply(IReadOnlyList<ListedSocket> Entries, bool More, int Maximum) : ControlReply(Ok: true)
{
    /// <summary>Most entries of a reply: with the longest names it stays below <see cref="ControlReply.MaximumLength"/>.</summary>
    public const int MaximumEntries = 64;
}
