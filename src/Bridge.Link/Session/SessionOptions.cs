namespace Bridge.Link;

/// <summary>What a session says about its gateway and how long it waits.</summary>
public sealed record SessionOptions
{
    /// <summary>This gateway's name (<see cref="LinkName"/>).</summary>
    public required string Gateway { get; init; }

    /// <summary>Random per process start.</summary>
    public required ulong Instance { get; init; }

    /// <summary>How long the hello exchange may take; default 5 s.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long nothing may be received before the connection counts as dead; default 15 s. A Ping goes out every third of it.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a Close of ours may wait for the peer to end the stream; default 1 s.</summary>
    public TimeSpan ClosingLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The oldest version offered. Anything but the default is for tests of mixed versions.</summary>
    public ushort VersionMinimum { get; init; } = ProtocolVersion.Minimum;

    /// <summary>The newest version offered. Anything but the default is for tests of mixed versions.</summary>
    public ushort VersionMaximum { get; init; } = ProtocolVersion.Maximum;
}
