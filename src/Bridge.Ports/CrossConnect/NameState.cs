namespace Bridge.Ports.CrossConnect;

/// <summary>What one driver has announced and what the other one has been told of it.</summary>
internal enum NameState
{
    /// <summary>Neither: there is no such name any more.</summary>
    Gone,

    /// <summary>Announced; the other driver is to be told.</summary>
    AnnounceDue,

    /// <summary>Announced; the other driver knows.</summary>
    Told,

    /// <summary>Withdrawn; the other driver is to be told.</summary>
    WithdrawDue,

    /// <summary>Withdrawn and announced again: the other driver is to be told both.</summary>
    ReplaceDue,
}
