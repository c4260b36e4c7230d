using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>What a descriptor is watched for, and what was seen. The numbers are epoll's.</summary>
[Flags]
public enum PollEvents : uint
{
    /// <summary>Nothing; <see cref="Error"/> and <see cref="HangUp"/> are reported nevertheless.</summary>
    None = 0,

    /// <summary>EPOLLIN: something can be received or accepted, or the other end will send no more.</summary>
    In = Libc.EPOLLIN,

    /// <summary>EPOLLOUT: something can be sent.</summary>
    Out = Libc.EPOLLOUT,

    /// <summary>EPOLLERR. Reported without being asked for.</summary>
    Error = Libc.EPOLLERR,

    /// <summary>EPOLLHUP: the other end has gone in both directions. Reported without being asked for.</summary>
    HangUp = Libc.EPOLLHUP,

    /// <summary>EPOLLRDHUP: the other end will send no more.</summary>
    ReadHangUp = Libc.EPOLLRDHUP,
}
