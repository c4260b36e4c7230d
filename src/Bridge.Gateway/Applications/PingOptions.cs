namespace Bridge.Gateway.Applications;

/// <summary>How <c>ping</c> pings.</summary>
/// <param name="Count">Messages to send; 0 = until cancelled.</param>
/// <param name="Length">Bytes of each message, at least <see cref="PingMessage.MinimumLength"/>.</param>
/// <param name="Period">Time from one message to the next; an echo that takes longer delays the next one.</param>
/// <param name="Timeout">How long an echo is awaited.</param>
/// <param name="Verify">Compare every byte that comes back.</param>
internal sealed record PingOptions(int Count, int Length, TimeSpan Period, TimeSpan Timeout, bool Verify);
