using Bridge.Linux;
using Bridge.Ports.VhostUser.Messages;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// The channel of SET_BACKEND_REQ_FD, over which this side sends messages of its own. Nothing waits for it: what finds it full is remembered, once each, and sent later.
/// Belongs to the device's turn.
/// </summary>
internal sealed class BackEndChannel : IDisposable
{
    private readonly DescriptorSocket _socket;
    private readonly bool[] _calls;
    private readonly byte[] _message = new byte[MessageHeader.Size + VringState.Size];
    private bool _configurationChanged;
    private int _offset, _length;

    /// <summary>Takes the descriptor over; it is closed when this throws.</summary>
    /// <exception cref="LinuxException">It is no socket.</exception>
    public BackEndChannel(FileDescriptor descriptor, int queues)
    {
        (_socket, _calls) = (new DescriptorSocket(descriptor), new bool[queues]);
        try
        {
            _ = _socket.PeerCredentials;
        }
        catch (LinuxException)
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Something waits to be sent.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>The other end is closed.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>CONFIG_CHANGE_MSG: the configuration space has changed.</summary>
    public void SendConfigurationChange()
    {
        _configurationChanged = true;
        Flush();
    }

    /// <summary>VRING_CALL: used elements were published.</summary>
    public void SendCall(int queue)
    {
        _calls[queue] = true;
        Flush();
    }

    /// <summary>Sends what waits.</summary>
    /// <exception cref="LinuxException">The descriptor is no socket.</exception>
    public void Flush()
    {
        IsBlocked = false;
        while (!IsClosed && (_offset < _length || TryCompose()))
        {
            SendOutcome outcome = _socket.Send(_message.AsSpan(_offset, _length - _offset), [], out int sent);
            _offset += sent;
            if (outcome == SendOutcome.WouldBlock)
            {
                IsBlocked = true;
                return;
            }

            IsClosed = outcome == SendOutcome.Closed;
        }
    }

    public void Dispose() => _socket.Dispose();

    private bool TryCompose()
    {
        if (_configurationChanged)
        {
            _configurationChanged = false;
            Compose(BackEndRequest.ConfigurationChange, null);
            return true;
        }

        int queue = Array.IndexOf(_calls, true);
        if (queue < 0)
            return false;
        _calls[queue] = false;
        Compose(BackEndRequest.VringCall, new VringState((uint)queue, 0));
        return true;
    }

    private void Compose(BackEndRequest request, VringState? vring)
    {
        int payload = vring is null ? 0 : VringState.Size;
        new MessageHeader((uint)request, MessageHeader.Version, (uint)payload).Write(_message);
        vring?.Write(_message.AsSpan(MessageHeader.Size));
        (_offset, _length) = (0, MessageHeader.Size + payload);
    }
}
