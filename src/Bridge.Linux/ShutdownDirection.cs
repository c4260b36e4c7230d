namespace Bridge.Linux;

/// <summary>The argument of shutdown(2); the numbers are the kernel's.</summary>
public enum ShutdownDirection
{
    /// <summary>SHUT_RD: the other end's sends fail with EPIPE from now on; what it has sent can still be received.</summary>
    Receive = 0,

    /// <summary>SHUT_WR: the other end finds the end of file after what was sent.</summary>
    Send = 1,

    /// <summary>SHUT_RDWR: both.</summary>
    Both = 2,
}
