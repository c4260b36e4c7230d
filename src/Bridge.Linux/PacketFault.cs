namespace Bridge.Linux;

/// <summary>What it means that a call on a socket of packets failed: one answer for every way of sending and receiving.</summary>
internal static class PacketFault
{
    /// <summary>Of the last call of this thread. Null: it was interrupted, and is to be made again.</summary>
    /// <exception cref="LinuxException">The packet is too long, or the descriptor is unusable.</exception>
    public static SendOutcome? OfSend(string call) => LinuxException.Last switch
    {
        Errno.EINTR => null,
        Errno.EAGAIN or Errno.ENOBUFS or Errno.ENOMEM => SendOutcome.WouldBlock,
        Errno.EPIPE or Errno.ECONNRESET or Errno.ENOTCONN => SendOutcome.Closed,
        _ => throw LinuxException.FromLast(call),
    };

    /// <summary>Of the last call of this thread. Null: it was interrupted, and is to be made again.</summary>
    /// <exception cref="LinuxException">The descriptor is unusable.</exception>
    public static ReceiveOutcome? OfReceive(string call) => LinuxException.Last switch
    {
        Errno.EINTR => null,
        Errno.EAGAIN => ReceiveOutcome.WouldBlock,
        Errno.ECONNRESET => ReceiveOutcome.Reset,
        _ => throw LinuxException.FromLast(call),
    };
}
