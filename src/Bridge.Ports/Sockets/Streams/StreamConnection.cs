using Bridge.Linux;

namespace Bridge.Ports.Sockets.Streams;

/// <summary>A byte stream with lengths before its messages, plain or addressed (<see cref="FrameLayout"/>): many messages per system call, both ways.</summary>
internal sealed class StreamConnection : ApplicationConnection
{
    // A stream that ends is read this often for what its application had still sent; TCP lets it go on sending for ever.
    private const int MaximumLastReceives = 64;

    private readonly StreamSocket _socket;
    private readonly FrameBuffer _input;
    private readonly FrameOutput _output;
    private readonly SocketsCounters _counters;

    /// <summary>Takes over a socket whose first line has been read.</summary>
    /// <param name="owner">Hears of its events.</param>
    /// <param name="entry">What the line named.</param>
    /// <param name="socket">Belongs to the connection from now on.</param>
    /// <param name="buffers">Of the device.</param>
    /// <param name="addressed">The framing.</param>
    /// <param name="first">What came behind the line.</param>
    /// <param name="counters">Of the port.</param>
    public StreamConnection(
        LocalSockets owner, SocketEntry entry, StreamSocket socket, StreamBuffers buffers, bool addressed, ReadOnlySpan<byte> first, SocketsCounters counters)
        : base(owner, entry)
    {
        (_socket, IsAddressed, _counters) = (socket, addressed, counters);
        _input = new FrameBuffer(buffers, addressed);
        _output = new FrameOutput(buffers, addressed);
        Who = socket.PeerCredentials;
        if (first.Length > 0)
        {
            _input.Append(first);
        }
    }

    /// <inheritdoc/>
    public override FileDescriptor Descriptor => _socket.Descriptor;

    /// <inheritdoc/>
    public override bool IsAddressed { get; }

    /// <inheritdoc/>
    public override bool CarriesEmpty => true;

    /// <inheritdoc/>
    /// <remarks>TCP says the same for an application that has closed as for one that only sends no more.</remarks>
    public override bool EndsWithItsInput => _socket.IsTcp;

    /// <inheritdoc/>
    public override PeerCredentials? Who { get; }

    /// <inheritdoc/>
    public override bool HasPending => !_output.IsEmpty;

    /// <summary>Says the line that answers the first one; before all messages.</summary>
    public void Answer(ReadOnlySpan<byte> line) => _output.TryAppend(line);

    /// <inheritdoc/>
    public override ReceiveOutcome Receive(Span<byte> payload, out int length)
    {
        while (true)
        {
            // A length that is too long is a packet, whose length tells; also one that only the driver's smaller buffers cannot take.
            if (_input.TryTake(payload, out length, out _) != FrameResult.None)
            {
                return ReceiveOutcome.Packet;
            }

            if (Fill() is not ReceiveOutcome.Packet and { } nothing)
            {
                return nothing;
            }
        }
    }

    /// <inheritdoc/>
    public override ReceiveOutcome Peek(out uint destination)
    {
        // A length that is too long counts as a message: Receive tells.
        while (_input.Peek(out _, out destination) == FrameResult.None)
        {
            if (Fill() is not ReceiveOutcome.Packet and { } nothing)
            {
                return nothing;
            }
        }

        return ReceiveOutcome.Packet;
    }

    /// <inheritdoc/>
    public override SendOutcome Send(uint source, uint destination, ReadOnlySpan<byte> message)
    {
        if (_output.TryWrite(source, destination, message))
        {
            return SendOutcome.Sent;
        }

        SendOutcome flushed = Flush();
        return flushed == SendOutcome.Closed ? flushed
            : _output.TryWrite(source, destination, message) ? SendOutcome.Sent
            : SendOutcome.WouldBlock;
    }

    /// <inheritdoc/>
    public override SendOutcome Flush()
    {
        while (!_output.IsEmpty)
        {
            SendOutcome outcome = _socket.Send(_output.Pending, out int sent);
            if (outcome != SendOutcome.Sent)
            {
                return outcome;
            }

            _output.Sent(sent);
        }

        return SendOutcome.Sent;
    }

    /// <inheritdoc/>
    public override int Shutdown(ShutdownDirection direction)
    {
        if (direction != ShutdownDirection.Receive)
        {
            // The last chance of what gathered; an application that does not read loses it with the connection.
            Flush();
        }

        _socket.Shutdown(direction);
        int unread = SkipAll();
        // Behind a length that is too long nothing can be told from anything.
        for (int i = 0; i < MaximumLastReceives && !_input.HasMessage && Fill() == ReceiveOutcome.Packet; i++)
        {
            unread += SkipAll();
        }

        return unread;
    }

    /// <inheritdoc/>
    public override void EndInput() => _socket.Shutdown(ShutdownDirection.Receive);

    /// <inheritdoc/>
    protected override void CloseSocket()
    {
        _input.Dispose();
        _output.Dispose();
        _socket.Dispose();
    }

    /// <summary>Receives more; Packet: something came.</summary>
    private ReceiveOutcome Fill()
    {
        StreamOutcome outcome = _socket.Receive(_input.Room(), out int received);
        _input.Added(received);
        switch (outcome)
        {
            case StreamOutcome.Received:
                return ReceiveOutcome.Packet;
            case StreamOutcome.WouldBlock:
                return ReceiveOutcome.WouldBlock;
            case StreamOutcome.Reset:
                _counters.ClosedUnread++;
                break;
            default:
                break;
        }

        if (_input.HasPartial && !InputEnded)
        {
            _counters.CutOff++;
        }

        return ReceiveOutcome.End;
    }

    private int SkipAll()
    {
        int messages = 0;
        while (_input.Peek(out _, out _) == FrameResult.Message)
        {
            _input.Skip();
            messages++;
        }

        return messages;
    }
}
