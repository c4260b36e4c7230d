using Bridge.Linux;

namespace Bridge.Ports.Polling;

/// <summary>A descriptor that the port's thread watches. All members belong to the device's turn.</summary>
internal abstract class PollTarget
{
    /// <summary>What the thread watches.</summary>
    public abstract FileDescriptor Descriptor { get; }

    /// <summary>Names this registration; 0 while there is none. Never used twice, so an old event meets nobody.</summary>
    public long Key { get; set; }

    /// <summary>What it is armed for; null: it sleeps until armed again.</summary>
    public PollEvents? Armed { get; set; }

    /// <summary>The poller knows it.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Something was seen; it sleeps now.</summary>
    public abstract void OnReady(PollEvents events);
}
