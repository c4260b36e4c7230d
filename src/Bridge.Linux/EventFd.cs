using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>eventfd(2): a doorbell that keeps ringing until it is taken. Every member may be called from any thread.</summary>
public sealed unsafe class EventFd : IDisposable
{
    /// <summary>Creates one that has not been signalled.</summary>
    /// <exception cref="LinuxException">No descriptor is free.</exception>
    public EventFd()
    {
        Descriptor = new FileDescriptor(Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK));
        if (Descriptor.IsInvalid)
        {
            throw LinuxException.FromLast("eventfd");
        }
    }

    /// <summary>For registration with a <see cref="Poller"/>: readable while signalled.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Signals. A signal that has not been taken yet absorbs this one.</summary>
    public void Signal()
    {
        ulong one = 1;
        // SAFETY: the kernel reads exactly the eight bytes of the local. EAGAIN means that the counter is full: still signalled.
        if (Libc.write(Descriptor, &one, sizeof(ulong)) < 0 && LinuxException.Last is not (Errno.EAGAIN or Errno.EINTR))
        {
            throw LinuxException.FromLast("write", "eventfd");
        }
    }

    /// <summary>Takes all signals given so far; false if there was none.</summary>
    public bool Take()
    {
        ulong value;
        // SAFETY: the kernel writes at most the eight bytes of the local.
        return Libc.read(Descriptor, &value, sizeof(ulong)) == sizeof(ulong);
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();
}
