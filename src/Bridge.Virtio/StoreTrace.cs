namespace Bridge.Virtio;

/// <summary>
/// Lets a test stand between any two stores into memory that outlives its process. A SIGKILL ends a process there: what a successor finds is what was stored so far, in the
/// order of the program. Off unless the process is started with the switch <c>Bridge.Virtio.TraceStores</c>; then it is a constant false to the compiler, and costs nothing.
/// </summary>
public static class StoreTrace
{
    private static readonly bool s_isOn = AppContext.TryGetSwitch("Bridge.Virtio.TraceStores", out bool on) && on;

    [ThreadStatic]
    private static Action? t_stored;

    /// <summary>Called on this thread after each store while the switch is on; null: nobody looks. It may throw, as a process may end.</summary>
    public static Action? Stored
    {
        get => t_stored;
        set => t_stored = value;
    }

    /// <summary>A store was made that a successor may see without the next one.</summary>
    public static void Point()
    {
        if (s_isOn)
            t_stored?.Invoke();
    }
}
