namespace Bridge.Gateway.Configuration;

/// <summary>What happens to a message for an endpoint that is over its quota when its sender cannot be stopped.</summary>
internal enum SlowReaderPolicy
{
    /// <summary>The queue waits for the reader; the status names it.</summary>
    Hold,

    /// <summary>The message is dropped, counted and logged; others go on.</summary>
    Drop,
}
