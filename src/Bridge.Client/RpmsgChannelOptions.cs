namespace Bridge.Client;

/// <summary>How an <see cref="RpmsgChannel"/> connects. Immutable.</summary>
public sealed record RpmsgChannelOptions
{
    /// <summary>The longest message that any device can be configured for, in bytes: buffers of 65536 bytes less the 16 of the header.</summary>
    public const int LargestMessageLength = 65536 - 16;

    /// <summary>
    /// The gateway's <c>runDirectory</c>. Null: the gateway's own rule, <c>$RUNTIME_DIRECTORY</c>, else <c>$XDG_RUNTIME_DIR/rpmsg-bridge</c>, else
    /// <c>/tmp/rpmsg-bridge-&lt;uid&gt;</c>.
    /// </summary>
    public string? RunDirectory { get; init; }

    /// <summary>
    /// How long <see cref="RpmsgChannel.ConnectAsync"/> waits for what is not there yet: the gateway, the device, the other side's announcement, another
    /// application's end. Zero (the default): not at all. <see cref="Timeout.InfiniteTimeSpan"/>: for ever.
    /// </summary>
    public TimeSpan Wait { get; init; }

    /// <summary>
    /// How long it is tried to open the same name again after the connection has ended without the caller's doing. Zero (the default): not at all.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: for ever. With at most the gateway's <c>graceSeconds</c> the address and the peer are the same afterwards, and
    /// messages have waited; an orderly end (<see cref="RpmsgChannel.DisposeAsync"/>) gives the place up at once. Not for sockets with <c>takeover</c>: two applications that both come back would take it from each other in turn.
    /// </summary>
    public TimeSpan Reconnect { get; init; }

    /// <summary>
    /// The longest message that the device's buffers take, in bytes: its <c>bufferSize</c> less 16. Longer ones then fail before they are sent. Null: the gateway is
    /// asked, which is right unless it cannot be asked: <see cref="RpmsgChannel.MaximumMessageLength"/>.
    /// </summary>
    public int? MaximumMessageLength { get; init; }

    /// <summary>The clock for <see cref="Wait"/> and <see cref="Reconnect"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Check()
    {
        CheckDuration(Wait, nameof(Wait));
        CheckDuration(Reconnect, nameof(Reconnect));
        if (MaximumMessageLength is < 1 or > LargestMessageLength)
        {
            throw new ArgumentOutOfRangeException(nameof(MaximumMessageLength), MaximumMessageLength, $"not 1..{LargestMessageLength}");
        }
    }

    private static void CheckDuration(TimeSpan duration, string name)
    {
        if (duration < TimeSpan.Zero && duration != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, duration, "negative");
        }
    }
}
