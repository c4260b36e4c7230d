using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser.Messages;

namespace Bridge.Ports.VhostUser;

/// <summary>This side's end of the channel of SET_BACKEND_REQ_FD, over which a back end sends requests of its own. Belongs to the device's turn.</summary>
internal sealed class BackEndRequests : PollTarget, IDisposable
{
    // Requests per pump: a back end that sends without end must not keep the turn.
    private const int Budget = 16;

    private readonly DescriptorSocket _socket;
    private readonly PollThread _poll;
    private readonly VhostUserDeviceCounters _counters;
    private readonly Action _configurationChanged;
    private readonly MessageReader _reader = new();
    private readonly List<FileDescriptor> _descriptors = [];
    private bool _maybeReadable, _closed;

    private BackEndRequests(DescriptorSocket socket, PollThread poll, VhostUserDeviceCounters counters, Action configurationChanged) =>
        (_socket, _poll, _counters, _configurationChanged) = (socket, poll, counters, configurationChanged);

    public override FileDescriptor Descriptor => _socket.Descriptor;

    /// <summary>Opens the channel and gives the back end its end.</summary>
    /// <exception cref="LinuxException">Descriptors are exhausted.</exception>
    public static BackEndRequests Open(BackEndConnection connection, PollThread poll, VhostUserDeviceCounters counters, Action configurationChanged)
    {
        (DescriptorSocket own, DescriptorSocket theirs) = DescriptorSocket.Pair();
        using (theirs)
            connection.Tell(FrontEndRequest.SetBackEndRequestDescriptor, [], theirs.Descriptor);
        var requests = new BackEndRequests(own, poll, counters, configurationChanged);
        poll.Add(requests, PollEvents.In);
        return requests;
    }

    public override void OnReady(PollEvents events) => _maybeReadable = true;

    /// <summary>Takes what has come. True: there may be more.</summary>
    /// <exception cref="BackEndFaultException">The back end broke the protocol.</exception>
    public bool Pump()
    {
        for (int handled = 0; _maybeReadable && !_closed; handled++)
        {
            if (handled == Budget)
                return true;
            StreamOutcome outcome = _socket.Receive(_reader.Room, _descriptors, out int received, out _);
            foreach (FileDescriptor descriptor in _descriptors)
                descriptor.Dispose();
            _descriptors.Clear();
            // A back end may close its channel and go on.
            _closed = outcome is not (StreamOutcome.Received or StreamOutcome.WouldBlock);
            _maybeReadable = outcome == StreamOutcome.Received;
            if (_maybeReadable)
                Add(received);
        }

        if (!_closed && Armed is null)
            _poll.Arm(this, PollEvents.In);
        return false;
    }

    public void Dispose()
    {
        _poll.Remove(this);
        _socket.Dispose();
    }

    private void Add(int received)
    {
        try
        {
            if (_reader.Add(received))
                Handle(_reader.Header);
        }
        catch (FrontEndFaultException fault)
        {
            throw new BackEndFaultException($"on its channel: {fault.Message}", fault);
        }
    }

    private void Handle(MessageHeader header)
    {
        bool known = header.Request == (uint)BackEndRequest.ConfigurationChange;
        if (known)
            _configurationChanged();
        else
            _counters.UnknownRequests++;
        if (!header.NeedsReply)
            return;
        Span<byte> reply = stackalloc byte[MessageHeader.Size + Number.Size];
        new MessageHeader(header.Request, MessageHeader.Version | MessageHeader.Reply, Number.Size).Write(reply);
        Number.Write(reply[MessageHeader.Size..], known ? 0u : 1u);
        // A back end that does not read the few bytes it waits for has filled the socket on purpose.
        if (_socket.Send(reply, [], out int sent) == SendOutcome.WouldBlock || (sent > 0 && sent < reply.Length))
            throw new BackEndFaultException("it does not read the answers on its channel");
    }
}
