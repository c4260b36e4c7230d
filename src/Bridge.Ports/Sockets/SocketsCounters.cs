namespace Bridge.Ports.Sockets;

/// <summary>What a sockets port has counted since it was made. Written in the device's turn; other threads may read and see slightly old values. Whatever is not delivered is counted here.</summary>
public sealed record SocketsCounters
{
    /// <summary>Messages taken from applications and put on the ring.</summary>
    public long FromApplications { get; internal set; }

    /// <summary>Messages handed over to applications' sockets.</summary>
    public long ToApplications { get; internal set; }

    /// <summary>Messages that had to wait for a slow reader.</summary>
    public long Queued { get; internal set; }

    /// <summary>Not delivered: messages of no bytes, which a SEQPACKET reader would take for the end.</summary>
    public long EmptyNotDelivered { get; internal set; }

    /// <summary>Not delivered: the application had gone.</summary>
    public long Undeliverable { get; internal set; }

    /// <summary>Not delivered: the service has no application now.</summary>
    public long NoApplication { get; internal set; }

    /// <summary>Not delivered: the reader's quota was full and the policy is to drop.</summary>
    public long Dropped { get; internal set; }

    /// <summary>Not delivered: an access rule denies what comes in.</summary>
    public long DeniedIn { get; internal set; }

    /// <summary>Not sent: an access rule denies what goes out.</summary>
    public long DeniedOut { get; internal set; }

    /// <summary>Not delivered: a sender that cannot be stopped was faster than its rule's rate, the quota was full and the policy is to drop.</summary>
    public long RateDropped { get; internal set; }

    /// <summary>Times that a sender or a reader had to wait for its rule's rate.</summary>
    public long RateWaits { get; internal set; }

    /// <summary>Announcements of the other side that are not shown because an access rule denies them.</summary>
    public long AnnouncementsDenied { get; internal set; }

    /// <summary>Not delivered: the sender is not the endpoint's peer.</summary>
    public long Strangers { get; internal set; }

    /// <summary>Not sent: left in an application's socket when its peer had gone, or when it left before there was one.</summary>
    public long Unsent { get; internal set; }

    /// <summary>Sent once more: the device side was lost, and its successor has got what the lost one had not used.</summary>
    public long Reseeded { get; internal set; }

    /// <summary>Not sent: longer than a message can be; the connection was ended.</summary>
    public long TooLong { get; internal set; }

    /// <summary>Not sent: the stream ended in the middle of a message.</summary>
    public long CutOff { get; internal set; }

    /// <summary>Control requests that were carried out.</summary>
    public long ControlRequests { get; internal set; }

    /// <summary>Control requests that were answered with an error, and control connections beyond the number allowed.</summary>
    public long ControlRefused { get; internal set; }

    /// <summary>Applications that closed without having received everything that their sockets held.</summary>
    public long ClosedUnread { get; internal set; }

    /// <summary>Times that the whole receive queue had to wait for one reader.</summary>
    public long Holds { get; internal set; }

    /// <summary>Connections made by applications.</summary>
    public long Opened { get; internal set; }

    /// <summary>Connections that ended.</summary>
    public long Closed { get; internal set; }

    /// <summary>Connections that came when the entry was already taken or withdrawn, but its socket had not yet disappeared.</summary>
    public long OpenersRefused { get; internal set; }

    /// <summary>Applications that lost their place to another one, as configured.</summary>
    public long TakenOver { get; internal set; }

    /// <summary>Addressed connections that were closed because they sent to an address that nothing can be sent to, or to too many.</summary>
    public long Misaddressed { get; internal set; }

    /// <summary>Peers refused because the service has one, or no application.</summary>
    public long PeersRefused { get; internal set; }

    /// <summary>Announcements without sockets: a name that no file can have, or more than the configured maximum.</summary>
    public long AnnouncementsRefused { get; internal set; }

    /// <summary>Failed attempts to make a socket or to take a connection; they are repeated.</summary>
    public long SocketFailures { get; internal set; }

    /// <summary>Ignored flow messages: impossible credit or window, or of no pair of ours.</summary>
    public long BadFlow { get; internal set; }

    /// <summary>Conversations ended because more messages came than the window allows.</summary>
    public long FlowViolations { get; internal set; }

    /// <summary>Ring faults that ended a life of the device.</summary>
    public long RingFaults { get; internal set; }
}
