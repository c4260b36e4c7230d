namespace Bridge.Rpmsg;

/// <summary>Whether a service of the vhost side has been given a destination; see <see cref="BindingStates"/> for the arrows.</summary>
internal enum BindingState
{
    /// <summary>No ASSIGN of this destination holds.</summary>
    Unbound,

    /// <summary>It was assigned and not freed.</summary>
    Bound,
}
