namespace Bridge.Link.Connections;

/// <summary>What a link remembers beyond its connections, for the status. Thread-safe.</summary>
internal sealed class LinkHistory
{
    private readonly Lock gate = new();
    private readonly Dictionary<CloseReason, long> endedConnections = [];
    private long failedDials;
    private string? lastError;

    public static IReadOnlyDictionary<CloseReason, long> None { get; } = new Dictionary<CloseReason, long>();

    /// <summary>How long the last connection that was up lasted; null before.</summary>
    public TimeSpan? LastLasted { get; private set; }

    /// <summary>A connection that was up has ended.</summary>
    public void Ended(CloseReason reason, string text, TimeSpan lasted)
    {
        lock (gate)
        {
            endedConnections[reason] = endedConnections.GetValueOrDefault(reason) + 1;
            lastError = $"{reason}: {text}";
            LastLasted = lasted;
        }
    }

    /// <summary>A connection or dial failed before it was up. True if the sentence is another one than before: only then it is worth a warning.</summary>
    public bool NotUp(CloseReason reason, string text, bool dialled)
    {
        lock (gate)
        {
            if (dialled)
                failedDials++;
            string error = $"{reason}: {text}";
            bool isNew = error != lastError;
            lastError = error;
            return isNew;
        }
    }

    public LinkStatus Fill(LinkStatus status)
    {
        lock (gate)
            return status with { EndedConnections = new Dictionary<CloseReason, long>(endedConnections), FailedDials = failedDials, LastError = lastError };
    }
}
