namespace Bridge.Ports.CrossConnect;

/// <summary>What became of one driver's messages, from the start of the process. Written inside the device's turn; read from anywhere (64-bit loads, each figure for itself).</summary>
public sealed class CrossConnectCounters
{
    /// <summary>Messages taken from this driver, whatever they were.</summary>
    public long Received { get; internal set; }

    /// <summary>Messages of this driver put into the other driver's ring.</summary>
    public long Passed { get; internal set; }

    /// <summary>Payload bytes of <see cref="Passed"/>.</summary>
    public long PassedBytes { get; internal set; }

    /// <summary>Messages of this driver that went through the store, because both drivers waited for each other.</summary>
    public long Stored { get; internal set; }

    /// <summary>Dropped: there was no other driver, so that nobody can have had the destination's address.</summary>
    public long NoDriver { get; internal set; }

    /// <summary>Dropped: taken from this driver before, and not yet in the other driver's ring when that was reset.</summary>
    public long LostAtReset { get; internal set; }

    /// <summary>Dropped: longer than the buffer that the other driver had lent.</summary>
    public long TooLong { get; internal set; }

    /// <summary>Ignored: fewer than 16 bytes.</summary>
    public long ShortHeader { get; internal set; }

    /// <summary>Ignored: the header's length is beyond the buffer.</summary>
    public long LengthBeyondBuffer { get; internal set; }

    /// <summary>Ignored: the destination is ANY, or the name service that was not negotiated.</summary>
    public long UnknownAddress { get; internal set; }

    /// <summary>Names that this driver announced.</summary>
    public long Announced { get; internal set; }

    /// <summary>Names that this driver withdrew, or that its reset ended.</summary>
    public long Withdrawn { get; internal set; }

    /// <summary>Name service messages put into this driver's ring: the other driver's names.</summary>
    public long NamesSent { get; internal set; }

    /// <summary>Ignored name service messages: not 40 bytes, an empty name, the address ANY.</summary>
    public long BadNameService { get; internal set; }

    /// <summary>Name service messages whose name had no NUL; it was cut to 31 bytes.</summary>
    public long UnterminatedName { get; internal set; }

    /// <summary>Ignored: a CREATE for a name and address that are announced already.</summary>
    public long DuplicateAnnouncement { get; internal set; }

    /// <summary>Ignored: a CREATE beyond the names that are remembered.</summary>
    public long TooManyAnnouncements { get; internal set; }

    /// <summary>Ignored: a DESTROY for a name and address that are not announced.</summary>
    public long UnknownWithdrawal { get; internal set; }

    /// <summary>Chains given back unused because they broke a rule of virtio or were too small for a message, and rings that were given up.</summary>
    public long RingFaults { get; internal set; }
}
