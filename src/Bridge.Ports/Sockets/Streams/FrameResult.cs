namespace Bridge.Ports.Sockets.Streams;

/// <summary>What lies at the front of a <see cref="FrameBuffer"/>.</summary>
internal enum FrameResult
{
    /// <summary>Nothing, or not yet a whole message.</summary>
    None,

    /// <summary>A whole message.</summary>
    Message,

    /// <summary>The length of a message that is longer than is allowed: the stream is useless from here on.</summary>
    TooLong,
}
