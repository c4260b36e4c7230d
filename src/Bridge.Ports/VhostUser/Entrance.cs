using Bridge.Linux;
using Bridge.Ports.Polling;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.VhostUser;

/// <summary>The socket that front ends connect to. Belongs to the device's turn.</summary>
internal sealed class Entrance(VhostUserOptions options, PollThread poll, Action<DescriptorSocket> accepted, ILogger log) : PollTarget, IDisposable
{
    private const int Backlog = 4;

    private StreamListener? _listener;
    private bool _hasComplained;

    public override FileDescriptor Descriptor => _listener!.Descriptor;

    /// <summary>The socket is there.</summary>
    public bool IsOpen => _listener is not null;

    /// <summary>Makes the socket; a stale one, on which nobody listens, is replaced. False: not possible now.</summary>
    public bool TryOpen()
    {
        try
        {
            RemoveStale();
            _listener = StreamListener.BindUnix(options.SocketPath, options.Mode, options.Group, Backlog);
            poll.Add(this, PollEvents.In);
            VhostUserLog.Listens(log, options.Device, options.SocketPath);
            return true;
        }
        catch (LinuxException unusable)
        {
            if (!_hasComplained)
                VhostUserLog.CannotListen(log, options.Device, options.SocketPath, unusable.Message);
            _hasComplained = true;
            return false;
        }
    }

    public override void OnReady(PollEvents events)
    {
        try
        {
            while (_listener!.AcceptWithDescriptors() is { } socket)
                accepted(socket);
        }
        catch (LinuxException exhausted)
        {
            // The connection keeps waiting, and the port's thread comes again.
            VhostUserLog.CannotAccept(log, options.Device, exhausted.Message);
        }

        poll.Arm(this, PollEvents.In);
    }

    public void Dispose()
    {
        if (_listener is null)
            return;
        poll.Remove(this);
        FileEntry.Unlink(options.SocketPath);
        _listener.Dispose();
        _listener = null;
    }

    private void RemoveStale()
    {
        if (FileEntry.ReadStatus(options.SocketPath) is not { Kind: FileKind.Socket })
            return;
        try
        {
            DescriptorSocket.Connect(options.SocketPath).Dispose();
        }
        catch (LinuxException nobody) when (nobody.Errno == Errno.ECONNREFUSED)
        {
            FileEntry.Unlink(options.SocketPath);
        }
    }
}
