using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser.Messages;

namespace Bridge.Ports.VhostUser;

/// <summary>The connection of one front end: brings its messages to the back end and the replies back. Never blocks. Belongs to the device's turn.</summary>
internal sealed class FrontEnd : PollTarget, IDisposable
{
    // Messages per pump: then the rings' turn comes.
    private const int Budget = 64;

    private readonly DescriptorSocket _socket;
    private readonly PollThread _poll;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly MessageReader _reader = new();
    private readonly List<FileDescriptor> _descriptors = new(DescriptorSocket.MaximumDescriptors);
    private readonly byte[] _reply = new byte[MessageHeader.Size + MessageHeader.MaximumPayload];
    private readonly FileDescriptor[] _replyDescriptors = new FileDescriptor[1];
    private int _replySent, _replyLength;
    private bool _maybeReadable = true, _hasSpoken;
    private long _waitsSince;

    public FrontEnd(DescriptorSocket socket, BackEnd backEnd, PollThread poll, TimeProvider time, TimeSpan patience)
    {
        (_socket, BackEnd, _poll, _time, _patience) = (socket, backEnd, poll, time, patience);
        _waitsSince = time.GetTimestamp();
        Process = socket.PeerCredentials.ProcessId;
    }

    public BackEnd BackEnd { get; }

    /// <summary>The front end's process.</summary>
    public int Process { get; }

    public override FileDescriptor Descriptor => _socket.Descriptor;

    /// <summary>It has to say something soon: the first message, or the rest of one.</summary>
    public bool IsAwaited => !_hasSpoken || _reader.IsPartial;

    public override void OnReady(PollEvents events) => _maybeReadable = true;

    /// <summary>Handles what has come. False: the front end has gone.</summary>
    /// <param name="more">There may be more to do at once.</param>
    /// <exception cref="FrontEndFaultException">It broke the protocol, or kept this side waiting.</exception>
    public bool Pump(out bool more)
    {
        more = false;
        if (BackEnd.Memory is { IsWhole: false })
            throw new FrontEndFaultException("its memory was cut short");
        for (int handled = 0; _maybeReadable; handled++)
        {
            if (!TrySendReply())
                return true;
            if (handled == Budget)
            {
                more = true;
                return true;
            }

            if (!TryReceive(out bool isMessage))
                return false;
            if (isMessage)
                _replyLength = Handle();
        }

        BackEnd.Pump();
        if (TrySendReply())
        {
            _poll.Arm(this, PollEvents.In | PollEvents.ReadHangUp);
            CheckPatience();
        }

        return true;
    }

    public void Dispose()
    {
        _poll.Remove(this);
        CloseDescriptors();
        DropReplyDescriptor();
        BackEnd.Dispose();
        _socket.Dispose();
    }

    private int Handle()
    {
        _hasSpoken = true;
        try
        {
            int length = BackEnd.Handle(_reader.Header, _reader.Payload, _descriptors, _reply);
            _replyDescriptors[0] = BackEnd.TakeReplyDescriptor()!;
            return length;
        }
        finally
        {
            // Those that the request had no use for.
            CloseDescriptors();
        }
    }

    private bool TryReceive(out bool isMessage)
    {
        isMessage = false;
        int before = _descriptors.Count;
        StreamOutcome outcome = _socket.Receive(_reader.Room, _descriptors, out int received, out bool isTruncated);
        if (isTruncated || _descriptors.Count > DescriptorSocket.MaximumDescriptors)
            throw new FrontEndFaultException($"more than {DescriptorSocket.MaximumDescriptors} descriptors with one message");
        switch (outcome)
        {
            case StreamOutcome.WouldBlock:
                _maybeReadable = false;
                return true;
            case StreamOutcome.Received:
                if (!_reader.IsPartial)
                    _waitsSince = _time.GetTimestamp();
                else if (_descriptors.Count > before)
                    throw new FrontEndFaultException("descriptors in the middle of a message");
                isMessage = _reader.Add(received);
                return true;
            default:
                return false;
        }
    }

    /// <summary>True: nothing waits to be sent any more.</summary>
    private bool TrySendReply()
    {
        while (_replySent < _replyLength)
        {
            ReadOnlySpan<FileDescriptor> passed = _replyDescriptors[0] is null ? [] : _replyDescriptors;
            SendOutcome outcome = _socket.Send(_reply.AsSpan(_replySent, _replyLength - _replySent), passed, out int sent);
            if (outcome == SendOutcome.WouldBlock)
            {
                _poll.Arm(this, PollEvents.Out);
                return false;
            }

            if (outcome == SendOutcome.Closed)
                break; // The end is found by receiving.
            _replySent += sent;
            DropReplyDescriptor();
        }

        DropReplyDescriptor();
        (_replySent, _replyLength) = (0, 0);
        return true;
    }

    private void CheckPatience()
    {
        if (IsAwaited && _time.GetElapsedTime(_waitsSince) > _patience)
            throw new FrontEndFaultException($"it said nothing for {_patience.TotalSeconds:0} s{(_hasSpoken ? " in the middle of a message" : "")}");
    }

    private void DropReplyDescriptor()
    {
        _replyDescriptors[0]?.Dispose();
        _replyDescriptors[0] = null!;
    }

    private void CloseDescriptors()
    {
        foreach (FileDescriptor descriptor in _descriptors)
            descriptor.Dispose();
        _descriptors.Clear();
    }
}
