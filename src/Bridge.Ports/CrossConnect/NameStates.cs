namespace Bridge.Ports.CrossConnect;

/// <summary>The transitions of <see cref="NameState"/>.</summary>
internal static class NameStates
{
    /// <summary>The state that follows; the same one where the event means nothing (a name that is announced twice).</summary>
    public static NameState Next(NameState state, NameEvent happened) => (state, happened) switch
    {
        (NameState.Gone, NameEvent.Announced) => NameState.AnnounceDue,
        (NameState.WithdrawDue, NameEvent.Announced) => NameState.ReplaceDue,

        // Announced and withdrawn before the other driver heard of it: it never does.
        (NameState.AnnounceDue, NameEvent.Withdrawn) => NameState.Gone,
        (NameState.Told or NameState.ReplaceDue, NameEvent.Withdrawn) => NameState.WithdrawDue,

        (NameState.AnnounceDue, NameEvent.Sent) => NameState.Told,
        (NameState.WithdrawDue, NameEvent.Sent) => NameState.Gone,
        (NameState.ReplaceDue, NameEvent.Sent) => NameState.AnnounceDue,

        (NameState.Told or NameState.ReplaceDue, NameEvent.Forgotten) => NameState.AnnounceDue,
        (NameState.WithdrawDue, NameEvent.Forgotten) => NameState.Gone,
        _ => state,
    };

    /// <summary>The other driver is to be sent something.</summary>
    public static bool IsDue(NameState state) => state is NameState.AnnounceDue or NameState.WithdrawDue or NameState.ReplaceDue;

    /// <summary>Its driver has it announced.</summary>
    public static bool IsAlive(NameState state) => state is NameState.AnnounceDue or NameState.Told or NameState.ReplaceDue;
}
