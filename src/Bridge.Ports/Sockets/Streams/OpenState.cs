namespace Bridge.Ports.Sockets.Streams;

/// <summary>How far an <see cref="OpenLine"/> is.</summary>
internal enum OpenState
{
    /// <summary>Its end has not come yet.</summary>
    Incomplete,

    /// <summary>It has come, and asks for something.</summary>
    Asked,

    /// <summary>It cannot be understood: answer and close.</summary>
    Refused,
}
