namespace Bridge.Ports.Sockets.Access;

/// <summary>What the rules say of one service in one direction. Found once per conversation, not per message.</summary>
/// <param name="IsDenied">Nothing passes.</param>
/// <param name="Limit">How much passes; null: everything.</param>
/// <param name="Priority">Outwards: its place among those that send.</param>
internal sealed record AccessRight(bool IsDenied, RateLimit? Limit, int Priority)
{
    /// <summary>Where no rule fits.</summary>
    public static readonly AccessRight Open = new(IsDenied: false, Limit: null, AccessRule.DefaultPriority);
}
