using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser.Messages;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// The connection to a back end: sends requests in order, without waiting for earlier answers, and hands each answer to the one who asked. Never blocks. Belongs to the
/// device's turn.
/// </summary>
internal sealed class BackEndConnection : PollTarget, IDisposable
{
    /// <summary>Takes an answer's payload, and the descriptors that came along: those that it keeps it takes out of the list.</summary>
    public delegate void Answer(ReadOnlySpan<byte> payload, List<FileDescriptor> descriptors);

    private readonly DescriptorSocket _socket;
    private readonly PollThread _poll;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly MessageReader _reader = new(replies: true);
    private readonly List<FileDescriptor> _descriptors = new(DescriptorSocket.MaximumDescriptors);
    private readonly Queue<(byte[] Message, FileDescriptor[] Descriptors)> _outgoing = new();
    private readonly Queue<(FrontEndRequest Request, Answer Answer)> _awaited = new();
    private int _sent;
    private bool _maybeReadable = true;
    private long _waitsSince;

    public BackEndConnection(DescriptorSocket socket, PollThread poll, TimeProvider time, TimeSpan patience)
    {
        (_socket, _poll, _time, _patience) = (socket, poll, time, patience);
        Peer = socket.PeerCredentials;
    }

    public override FileDescriptor Descriptor => _socket.Descriptor;

    /// <summary>The back end's process.</summary>
    public PeerCredentials Peer { get; }

    /// <summary>REPLY_ACK is agreed on: requests without an answer of their own are acknowledged.</summary>
    public bool Acknowledges { get; set; }

    /// <summary>Something has been asked and not been answered.</summary>
    public bool IsAwaiting => _awaited.Count > 0;

    public override void OnReady(PollEvents events) => _maybeReadable = true;

    /// <summary>Sends a request that has an answer.</summary>
    public void Ask(FrontEndRequest request, ReadOnlySpan<byte> payload, Answer answer) => Enqueue(request, payload, [], 0, answer);

    /// <summary>Sends a request without an answer of its own. The descriptors stay the caller's, and may be closed at once.</summary>
    public void Tell(FrontEndRequest request, ReadOnlySpan<byte> payload, params ReadOnlySpan<FileDescriptor> descriptors)
    {
        if (!Acknowledges)
        {
            Enqueue(request, payload, descriptors, 0, null);
            return;
        }

        Enqueue(request, payload, descriptors, MessageHeader.NeedReply, (answer, _) =>
        {
            if (Number.Read(answer, request) is not 0 and ulong code)
                throw new BackEndFaultException($"it refuses {request} ({code})");
        });
    }

    /// <summary>Sends a request that the back end may refuse, as far as refusals can be heard of.</summary>
    public void Propose(FrontEndRequest request, ReadOnlySpan<byte> payload, Action refused) =>
        Enqueue(request, payload, [], Acknowledges ? MessageHeader.NeedReply : 0, !Acknowledges ? null : (answer, _) =>
        {
            if (Number.Read(answer, request) != 0)
                refused();
        });

    /// <summary>Sends what can be sent and hands out the answers that have come. False: the back end has gone.</summary>
    /// <exception cref="BackEndFaultException">It broke the protocol, or does not answer.</exception>
    public bool Pump()
    {
        try
        {
            Send();
            while (_maybeReadable)
            {
                if (!TryReceive(out bool isMessage))
                    return false;
                if (!isMessage)
                    continue;
                Handle();
                Send();
            }
        }
        catch (FrontEndFaultException fault)
        {
            throw new BackEndFaultException(fault.Message, fault);
        }

        // Not while the answers are still to be read: what has come counts.
        if (IsAwaiting && _time.GetElapsedTime(_waitsSince) > _patience)
            throw new BackEndFaultException($"no answer to {_awaited.Peek().Request} for {_patience.TotalSeconds:0} s");
        PollEvents interest = PollEvents.In | PollEvents.ReadHangUp | (_outgoing.Count > 0 ? PollEvents.Out : PollEvents.None);
        if (Armed != interest)
            _poll.Arm(this, interest);
        return true;
    }

    public void Dispose()
    {
        _poll.Remove(this);
        while (_outgoing.TryDequeue(out (byte[] Message, FileDescriptor[] Descriptors) next))
            Close(next.Descriptors);
        Close(_descriptors);
        _descriptors.Clear();
        _socket.Dispose();
    }

    private void Enqueue(FrontEndRequest request, ReadOnlySpan<byte> payload, ReadOnlySpan<FileDescriptor> descriptors, uint flags, Answer? answer)
    {
        byte[] message = new byte[MessageHeader.Size + payload.Length];
        new MessageHeader((uint)request, MessageHeader.Version | flags, (uint)payload.Length).Write(message);
        payload.CopyTo(message.AsSpan(MessageHeader.Size));
        var held = new FileDescriptor[descriptors.Length];
        for (int i = 0; i < held.Length; i++)
            held[i] = MemoryFile.Duplicate(descriptors[i]);
        _outgoing.Enqueue((message, held));
        if (answer is null)
            return;
        if (!IsAwaiting)
            _waitsSince = _time.GetTimestamp();
        _awaited.Enqueue((request, answer));
    }

    /// <summary>As far as the socket takes it.</summary>
    private void Send()
    {
        while (_outgoing.TryPeek(out (byte[] Message, FileDescriptor[] Descriptors) next))
        {
            SendOutcome outcome = _socket.Send(next.Message.AsSpan(_sent), _sent == 0 ? next.Descriptors : [], out int sent);
            if (outcome != SendOutcome.Sent)
                return; // Full; or closed, which is found by receiving.
            _sent += sent;
            if (_sent < next.Message.Length)
                continue;
            Close(next.Descriptors);
            _outgoing.Dequeue();
            _sent = 0;
        }
    }

    private bool TryReceive(out bool isMessage)
    {
        isMessage = false;
        StreamOutcome outcome = _socket.Receive(_reader.Room, _descriptors, out int received, out bool isTruncated);
        if (isTruncated || _descriptors.Count > DescriptorSocket.MaximumDescriptors)
            throw new BackEndFaultException($"more than {DescriptorSocket.MaximumDescriptors} descriptors with one message");
        switch (outcome)
        {
            case StreamOutcome.WouldBlock:
                _maybeReadable = false;
                return true;
            case StreamOutcome.Received:
                isMessage = _reader.Add(received);
                return true;
            default:
                return false;
        }
    }

    private void Handle()
    {
        if (!_awaited.TryDequeue(out (FrontEndRequest Request, Answer Answer) awaited) || (uint)awaited.Request != _reader.Header.Request)
            throw new BackEndFaultException($"an answer to request {_reader.Header.Request}{(awaited.Answer is null ? ", which was not asked" : $" where {awaited.Request} is due")}");
        _waitsSince = _time.GetTimestamp();
        try
        {
            awaited.Answer(_reader.Payload, _descriptors);
        }
        finally
        {
            Close(_descriptors);
            _descriptors.Clear();
        }
    }

    private static void Close(IEnumerable<FileDescriptor> descriptors)
    {
        foreach (FileDescriptor descriptor in descriptors)
            descriptor.Dispose();
    }
}
