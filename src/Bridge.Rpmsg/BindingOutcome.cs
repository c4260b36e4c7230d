namespace Bridge.Rpmsg;

/// <summary>What comes of a <see cref="BindingEvent"/>.</summary>
internal enum BindingOutcome
{
    /// <summary>The destination is bound.</summary>
    Assigned,

    /// <summary>EBUSY: nothing changes.</summary>
    Busy,

    /// <summary>The destination is not bound any more.</summary>
    Freed,

    /// <summary>A FREE of what is not bound: nothing changes.</summary>
    NotBound,
}
