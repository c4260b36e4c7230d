namespace Bridge.Gateway.Reports;

/// <summary>One socket that applications can use, or are using, at one moment.</summary>
internal sealed record ChannelReport
{
    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>The rpmsg name.</summary>
    public required string Name { get; init; }

    /// <summary><c>channel</c> (announced by the other side), <c>service</c> (offered here) <c>endpoint</c> (an open connection) or <c>name</c> (announced by a driver of a cross-connect to the other one).</summary>
    public required string Kind { get; init; }

    /// <summary>What is going on there: <c>free</c>, <c>taken</c>, <c>offered</c>, <c>open</c>; of a name, whose it is.</summary>
    public required string State { get; init; }

    /// <summary>Our rpmsg address.</summary>
    public uint? Address { get; init; }

    /// <summary>The other side's rpmsg address.</summary>
    public uint? Remote { get; init; }

    /// <summary>The socket's path.</summary>
    public string? Socket { get; init; }

    /// <summary>Messages from the application to the bus.</summary>
    public long? Sent { get; init; }

    /// <summary>Messages handed to the application.</summary>
    public long? Received { get; init; }

    /// <summary>Messages that wait for the application.</summary>
    public int? Waiting { get; init; }
}
