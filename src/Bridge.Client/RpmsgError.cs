namespace Bridge.Client;

/// <summary>Why an <see cref="RpmsgException"/> was thrown. The numbers are frozen: callers may store them.</summary>
public enum RpmsgError
{
    /// <summary>No gateway has its sockets in the run directory, or the one that had them has ended.</summary>
    NoGateway = 1,

    /// <summary>The gateway has no device of that name.</summary>
    NoDevice = 2,

    /// <summary>There is no such channel or endpoint to open: the other side has not announced it yet (or, if the gateway cannot be asked, another application has it open).</summary>
    NotAnnounced = 3,

    /// <summary>There is no such service to offer: the gateway does not know it (or, if it cannot be asked, another application offers it).</summary>
    NoService = 4,

    /// <summary>Another application has it.</summary>
    Taken = 5,

    /// <summary>This user may not connect (EACCES).</summary>
    NotPermitted = 6,

    /// <summary>No file can have that name, or the path would be too long for a socket.</summary>
    InvalidName = 7,

    /// <summary>A message is longer than the device's buffers take. It was not sent.</summary>
    MessageTooLong = 8,

    /// <summary>A received message is longer than the caller's buffer. It was not lost: the next call finds it again.</summary>
    BufferTooShort = 9,

    /// <summary>The connection has ended: the peer has gone or the gateway has, and it was not or could not be opened again.</summary>
    Ended = 10,

    /// <summary>The system refused something else; the inner exception says what.</summary>
    System = 11,
}
