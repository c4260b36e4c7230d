using Bridge.Linux;
using Bridge.Relay;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>The lives of one device in a file of its directory: <c>.kept/life</c>. Whoever has the directory's lock has it.</summary>
internal sealed class LifeFile(string directory, string device, ILogger log) : ILifeStore
{
    private readonly string _path = Path.Combine(directory, "life");
    private StateFile? _file;

    /// <inheritdoc/>
    public Guid Boot { get; } = BootId.Read();

    /// <inheritdoc/>
    public WindowMemory? Open()
    {
        try
        {
            return StateFile.TryOpen(_path) is { } file ? Show(file) : null;
        }
        catch (LinuxException failure)
        {
            SocketsLog.LifeUnreadable(log, device, _path, failure.Message);
            Remove();
            return null;
        }
    }

    /// <inheritdoc/>
    public WindowMemory Create(ulong size)
    {
        // A page that the file system has no room for must be missed now, not when it is touched.
        _file = StateFile.Create(_path, size, allocated: size);
        return Show(_file);
    }

    /// <inheritdoc/>
    public void Publish() => _file?.Publish();

    /// <inheritdoc/>
    public void Remove()
    {
        try
        {
            FileEntry.Unlink(_path);
        }
        catch (LinuxException failure)
        {
            SocketsLog.LifeNotRemoved(log, device, _path, failure.Message);
        }
    }

    private static ForeignMemory Show(StateFile file) => new(file.Address, file.Size, file);
}
