using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// Standard output as bytes. .NET's console stream forgets what a reader that has gone does not take; this one says so. It shares its position with
/// whoever else has the descriptor. One thread at a time.
/// </summary>
public sealed unsafe class StandardOutputStream : Stream
{
    private const int Descriptor = 1;
    private const int Forever = -1;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes all of it; blocks while the reader is slow.</summary>
    /// <exception cref="LinuxException">EPIPE: the reader has gone. ENOSPC and others: the file cannot take it.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written;
            // SAFETY: the kernel reads at most buffer.Length bytes of the pinned span.
            fixed (byte* bytes = buffer)
            {
                written = Libc.writeStandard(Descriptor, bytes, (nuint)buffer.Length);
            }

            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            switch (LinuxException.Last)
            {
                case Errno.EINTR:
                    break;
                case Errno.EAGAIN:
                    // Somebody who shares the descriptor has made it non-blocking.
                    var ready = new Libc.PollDescriptor { fd = Descriptor, events = Libc.POLLOUT };
                    // SAFETY: one structure, the local.
                    _ = Libc.poll(&ready, 1, Forever);
                    break;
                default:
                    throw LinuxException.FromLast("write", "standard output");
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Nothing is held back.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
