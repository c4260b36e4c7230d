namespace Bridge.Gateway.Bench;

/// <summary>How a phase of a load decides that the next message is to be sent.</summary>
internal enum LoadKind
{
    /// <summary>Closed: so many copies, each of which sends again when its echo has come.</summary>
    Keep,

    /// <summary>Open: so many messages a second, whatever comes back.</summary>
    Inject,

    /// <summary>Nothing is sent.</summary>
    Pause,
}
