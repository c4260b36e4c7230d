namespace Bridge.Gateway.Logging;

/// <summary>How log events are written to standard error.</summary>
internal enum LogFormat
{
    /// <summary>A line for people, named fields at its end.</summary>
    Text,

    /// <summary>A JSON object a line, for log collectors.</summary>
    Json,
}
