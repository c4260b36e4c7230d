namespace Bridge.Ports.Sockets.Access;

/// <summary>Which way messages go, seen from this machine.</summary>
public enum AccessDirection
{
    /// <summary>Either way.</summary>
    Both,

    /// <summary>From the link to applications of this machine; also the names that the other side announces.</summary>
    In,

    /// <summary>From applications of this machine to the link; also the announcements of services that are offered here.</summary>
    Out,
}
