namespace Bridge.Ports.Sockets.Access;

/// <summary>The rate of one rule in one direction, shared by everything that the rule decides about there. Belongs to the device's turn.</summary>
internal sealed class RateLimit(AccessRule rule, TimeProvider time)
{
    private readonly TokenBucket? _messages = rule.MessagesPerSecond is { } messages ? new TokenBucket(messages, time) : null;
    private readonly TokenBucket? _bytes = rule.BytesPerSecond is { } bytes ? new TokenBucket(bytes, time) : null;

    /// <summary>The rule, for people.</summary>
    public string Service { get; } = rule.Service;

    /// <summary>Its rule is in force no more: nobody waits for it.</summary>
    public bool IsOver { get; private set; }

    /// <summary>A message may pass now. Its length counts afterwards, so that a long one is not held for ever by a small rate.</summary>
    public bool MayPass() => IsOver || ((_messages is null || _messages.HasAny()) && (_bytes is null || _bytes.HasAny()));

    /// <summary>A message has passed.</summary>
    public void Passed(int length)
    {
        _messages?.Take(1);
        _bytes?.Take(length);
    }

    /// <summary>Lets everybody go who waits.</summary>
    public void End() => IsOver = true;
}
