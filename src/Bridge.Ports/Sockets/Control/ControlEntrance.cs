using Bridge.Linux;

namespace Bridge.Ports.Sockets.Control;

/// <summary>The <c>control</c> socket: takes requests from applications and gives each its reply.</summary>
internal sealed class ControlEntrance(PortScope port, ControlService service)
{
    /// <summary>Applications that may be connected at the same time.</summary>
    public const int MaximumConnections = 16;

    // Requests of one application before others' turn comes.
    private const int RequestsPerTurn = 8;

    private readonly HashSet<ControlConnection> _connections = [];
    private readonly byte[] _request = new byte[ControlRequest.MaximumLength];
    private readonly byte[] _reply = new byte[ControlReply.MaximumLength];
    private ControlDoor? _door;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="RunDirectoryException">It cannot be had.</exception>
    public void Open(RunDirectory directory)
    {
        _door = new ControlDoor(this, directory.PublishControl(MaximumConnections));
        port.Poll.Add(_door, PollEvents.In);
    }

    /// <summary>Somebody connected.</summary>
    public void Accept()
    {
        ControlDoor door = _door!;
        try
        {
            // Ends: no more than the backlog can wait.
            while (door.Listener.Accept() is { } socket)
            {
                if (_connections.Count == MaximumConnections)
                {
                    port.Counters.ControlRefused++;
                    Refusal refusal = new(Errno.EAGAIN, $"{MaximumConnections} applications are connected to control already: try again");
                    socket.Send(_reply.AsSpan(0, ControlReplyWriter.Write(ErrorReply.From(refusal), _reply)));
                    OrderlyEnd.Shutdown(socket, ShutdownDirection.Both);
                    socket.Dispose();
                    continue;
                }

                ControlConnection connection = new(this, socket);
                _connections.Add(connection);
                port.Poll.Add(connection, PollEvents.In);
            }
        }
        catch (LinuxException failure)
        {
            port.Counters.SocketFailures++;
            SocketsLog.SocketFailed(port.Log, port.Device, "control", failure.Message);
        }

        port.Poll.Arm(door, PollEvents.In);
    }

    /// <summary>A request has come, the reply can go out, or the application has gone.</summary>
    public void OnReady(ControlConnection connection)
    {
        try
        {
            if (TrySendReply(connection))
            {
                Serve(connection);
            }
        }
        catch (LinuxException failure)
        {
            port.Counters.SocketFailures++;
            SocketsLog.ConversationFailed(port.Log, port.Device, "a control connection", failure.Message);
            End(connection);
        }
    }

    /// <summary>Lets nobody in any more: a successor has the socket.</summary>
    public void Leave()
    {
        if (_door is { } door)
        {
            port.Poll.Remove(door);
        }
    }

    /// <summary>Removes the socket and ends all connections.</summary>
    public void Close(RunDirectory directory)
    {
        if (_door is not { } door)
        {
            return;
        }

        _door = null;
        port.Poll.Remove(door);
        door.Listener.Dispose();
        directory.UnlinkControl();
        foreach (ControlConnection connection in _connections.ToArray())
        {
            End(connection);
        }
    }

    private void Serve(ControlConnection connection)
    {
        for (int i = 0; i < RequestsPerTurn; i++)
        {
            switch (connection.Socket.Receive(_request, out int length))
            {
                case ReceiveOutcome.Packet:
                    ControlReply reply = Answer(length, connection.Socket.PeerCredentials);
                    connection.Reply = _reply[..ControlReplyWriter.Write(reply, _reply)];
                    if (!TrySendReply(connection))
                    {
                        return;
                    }

                    break;
                case ReceiveOutcome.Reset:
                    break;
                case ReceiveOutcome.End:
                    End(connection);
                    return;
                default:
                    port.Poll.Arm(connection, PollEvents.In);
                    return;
            }
        }

        port.Poll.Arm(connection, PollEvents.In);
    }

    private ControlReply Answer(int length, PeerCredentials who)
    {
        Refusal? refusal = null;
        ControlReply? reply = null;
        if (length > _request.Length)
        {
            refusal = new Refusal(Errno.EMSGSIZE, $"a request of {length} bytes is more than {_request.Length}");
        }
        else if (ControlRequestReader.TryRead(_request.AsSpan(0, length), out ControlRequest? request, out refusal))
        {
            reply = service.Execute(request, who, out refusal);
        }

        if (reply is null)
        {
            port.Counters.ControlRefused++;
            return ErrorReply.From(refusal!);
        }

        port.Counters.ControlRequests++;
        return reply;
    }

    /// <summary>False: the reply waits until the application reads; it is woken then.</summary>
    private bool TrySendReply(ControlConnection connection)
    {
        if (connection.Reply is not { } reply)
        {
            return true;
        }

        switch (connection.Socket.Send(reply))
        {
            case SendOutcome.WouldBlock:
                port.Poll.Arm(connection, PollEvents.Out);
                return false;
            case SendOutcome.Closed:
                End(connection);
                return false;
            default:
                connection.Reply = null;
                return true;
        }
    }

    private void End(ControlConnection connection)
    {
        _connections.Remove(connection);
        port.Poll.Remove(connection);
        connection.Socket.Dispose();
    }
}
