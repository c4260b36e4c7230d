using Bridge.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Linux;

/// <summary>An owned file descriptor. Closed exactly once, after the last call that uses it has returned.</summary>
public sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Used by the generated marshalling code.</summary>
    public FileDescriptor()
        : base(ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    // Linux releases the descriptor even when close reports EINTR: it must never be repeated.
    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;

    /// <inheritdoc/>
    public override string ToString() => $"fd {(int)handle}";
}
