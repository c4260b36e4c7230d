using Bridge.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Linux;

/// <summary>An owned file descriptor. Closed exactly once, after the last call that uses it has returned.</summary>
public sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    // Made from an int, never returned by an import: the C library's -1 is 32 bits wide, and what stands above them is anybody's guess.
    internal FileDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <inheritdoc/>
    // Linux releases the descriptor even when close reports EINTR: it must never be repeated.
    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;

    /// <inheritdoc/>
    public override string ToString() => $"fd {(int)handle}";
}
