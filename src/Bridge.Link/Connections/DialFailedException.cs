namespace Bridge.Link.Connections;

/// <summary>A dial led to no connection, or to one that did not last: the back-off decides when the next one comes.</summary>
internal sealed class DialFailedException(CloseReason reason, string message) : Exception(message)
{
    public CloseReason Reason { get; } = reason;
}
