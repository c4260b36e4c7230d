namespace Bridge.Client;

/// <summary>Something that the caller, or the person at the machine, can do something about. The message is one sentence that says what.</summary>
public sealed class RpmsgException : IOException
{
    /// <summary>Makes one.</summary>
    /// <param name="error">Why.</param>
    /// <param name="message">What happened, where, and what to do.</param>
    /// <param name="inner">What the system said; null if it was not asked.</param>
    public RpmsgException(RpmsgError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>Why it was thrown.</summary>
    public RpmsgError Error { get; }
}
