namespace Bridge.Link.Connections;

/// <summary>What a link remembers beyond its connections, for the status. Thread-safe.</summary>
internal sealed class LinkHistory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<CloseReason, long> _endedConnections = [];
    private long _failedDials;
    private string? _lastError;

    public static IReadOnlyDictionary<CloseReason, long> None { get; } = new Dictionary<CloseReason, long>();

    /// <summary>A connection that was up has ended.</summary>
    public void Ended(CloseReason reason, string text)
    {
        lock (_gate)
        {
            _endedConnections[reason] = _endedConnections.GetValueOrDefault(reason) + 1;
            _lastError = $"{reason}: {text}";
        }
    }

    /// <summary>A connection or dial failed before it was up. True if the sentence is another one than before: only then it is worth a warning.</summary>
    public bool NotUp(CloseReason reason, string text, bool dialled)
    {
        lock (_gate)
        {
            if (dialled)
                _failedDials++;
            string error = $"{reason}: {text}";
            bool isNew = error != _lastError;
            _lastError = error;
            return isNew;
        }
    }

    public LinkStatus Fill(LinkStatus status)
    {
        lock (_gate)
            return status with { EndedConnections = new Dictionary<CloseReason, long>(_endedConnections), FailedDials = _failedDials, LastError = _lastError };
    }
}
