namespace Bridge.Rpmsg;

/// <summary>What a <see cref="FlowMessage"/> says. Frozen: the numbers are on the wire.</summary>
public enum FlowKind : uint
{
    /// <summary>The source opened an endpoint bound to the destination.</summary>
    Open = 1,

    /// <summary>The source endpoint has gone; the value is the reason.</summary>
    Close = 2,

    /// <summary>The source, a receiver, has handed over that many messages in all (modulo 2^32) of what the destination sent to it.</summary>
    Credit = 3,
}
