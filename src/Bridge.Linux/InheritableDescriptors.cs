using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// Copies of descriptors that the children of this process inherit, for whoever hands some to a child under numbers of its choice: the child moves them from <see cref="Numbers"/> to those.
/// Every child inherits them that is started before disposal. Not thread-safe.
/// </summary>
public sealed class InheritableDescriptors : IDisposable
{
    private readonly FileDescriptor[] _copies;

    /// <summary>Copies descriptors, which stay the caller's.</summary>
    /// <param name="descriptors">Any number of open ones.</param>
    /// <param name="first">No copy's number is smaller: those below are the child's to choose from.</param>
    /// <exception cref="LinuxException">Descriptors are exhausted; nothing was copied.</exception>
    public InheritableDescriptors(IReadOnlyList<FileDescriptor> descriptors, int first)
    {
        _copies = new FileDescriptor[descriptors.Count];
        for (int i = 0; i < _copies.Length; i++)
        {
            // Without CLOEXEC: that is the point.
            _copies[i] = new FileDescriptor(Libc.fcntl(descriptors[i], Libc.F_DUPFD, first));
            if (_copies[i].IsInvalid)
            {
                LinuxException failure = LinuxException.FromLast("fcntl", "F_DUPFD");
                Array.Resize(ref _copies, i);
                Dispose();
                throw failure;
            }
        }
    }

    /// <summary>What a child finds them as, in their order.</summary>
    public IEnumerable<int> Numbers => _copies.Select(static copy => (int)copy.DangerousGetHandle());

    /// <summary>Closes the copies; children that have them keep theirs.</summary>
    public void Dispose()
    {
        foreach (FileDescriptor copy in _copies)
        {
            copy.Dispose();
        }
    }
}
