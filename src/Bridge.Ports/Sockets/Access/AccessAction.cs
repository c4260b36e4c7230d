namespace Bridge.Ports.Sockets.Access;

/// <summary>What becomes of messages that a rule is about.</summary>
public enum AccessAction
{
    /// <summary>They pass, within the rule's rate.</summary>
    Allow,

    /// <summary>They are dropped and counted.</summary>
    Deny,
}
