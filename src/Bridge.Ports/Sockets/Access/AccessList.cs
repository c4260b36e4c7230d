namespace Bridge.Ports.Sockets.Access;

/// <summary>The rules of one device in their order, with their rates. Belongs to the device's turn.</summary>
internal sealed class AccessList
{
    private readonly (AccessRule Rule, AccessRight In, AccessRight Out)[] _rules;

    public AccessList(IReadOnlyList<AccessRule> rules, TimeProvider time) =>
        _rules = [.. rules.Select(rule => (rule, Right(rule, time), Right(rule, time)))];

    /// <summary>There is nothing to look up.</summary>
    public bool IsEmpty => _rules.Length == 0;

    /// <summary>The right of the first rule that fits.</summary>
    public AccessRight Find(string service, uint address, AccessDirection direction)
    {
        foreach ((AccessRule rule, AccessRight incoming, AccessRight outgoing) in _rules)
        {
            if (rule.Fits(service, address, direction))
                return direction == AccessDirection.In ? incoming : outgoing;
        }

        return AccessRight.Open;
    }

    /// <summary>The rules are in force no more.</summary>
    public void End()
    {
        foreach ((_, AccessRight incoming, AccessRight outgoing) in _rules)
        {
            incoming.Limit?.End();
            outgoing.Limit?.End();
        }
    }

    private static AccessRight Right(AccessRule rule, TimeProvider time) => new(
        rule.Action == AccessAction.Deny,
        rule.MessagesPerSecond is null && rule.BytesPerSecond is null ? null : new RateLimit(rule, time),
        rule.Priority);
}
