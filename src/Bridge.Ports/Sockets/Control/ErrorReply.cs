namespace Bridge.Ports.Sockets.Control;

/// <summary>Answers a request that was not carried out.</summary>
/// <param name="Error">The errno's name, for programs.</param>
/// <param name="Message">A sentence that says what to do, for people; at most <see cref="MaximumMessageLength"/> characters.</param>
internal sealed record ErrorReply(string Error, string Message) : ControlReply(Ok: false)
{
    /// <summary>Where sentences are cut.</summary>
    public const int MaximumMessageLength = 1024;

    /// <summary>The reply that says a refusal.</summary>
    public static ErrorReply From(Refusal refusal) => new(
        refusal.Errno.ToString(),
        refusal.Sentence.Length <= MaximumMessageLength ? refusal.Sentence : refusal.Sentence[..MaximumMessageLength]);
}
