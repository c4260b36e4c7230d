using System.Net;
using Bridge.Linux;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets.Streams;

/// <summary>Where stream connections come in: each says in its first line what it opens (<see cref="OpenLine"/>), and is answered in one line.</summary>
internal sealed class StreamEntrance(LocalSockets owner, PortScope port, EntryTable entries, Entrance entrance)
{
    /// <summary>Connections that may be silent at the same time.</summary>
    public const int MaximumGreetings = 256;

    /// <summary>How long a connection may take to say what it wants.</summary>
    public static readonly TimeSpan GreetingTime = TimeSpan.FromSeconds(10);

    // Connections that may wait to be accepted, and that are accepted before others' turn comes.
    private const int Backlog = 64;
    private const int AcceptsPerTurn = 16;

    private readonly List<StreamDoor> _doors = [];
    private readonly HashSet<StreamGreeting> _greetings = [];
    private readonly StreamBuffers _buffers = new(port.Options.Rpmsg.MaximumPayload);
    private readonly LogPace _refusalPace = new(port.Time);

    /// <summary>Some connection has not yet said what it wants.</summary>
    public bool HasGreetings => _greetings.Count > 0;

    /// <summary>TCP addresses on which connections are awaited, with the ports that were given for port 0.</summary>
    public IReadOnlyList<IPEndPoint> TcpAddresses => [.. _doors.Select(static d => d.Listener.LocalEndPoint).OfType<IPEndPoint>()];

    /// <summary>Opens the device's own socket and the configured TCP addresses.</summary>
    /// <exception cref="RunDirectoryException">One of them cannot be had.</exception>
    public void Open(RunDirectory directory)
    {
        Add(directory.PublishStream(Backlog), directory.StreamPath);
        foreach (IPEndPoint address in port.Options.TcpAddresses)
        {
            try
            {
                Add(StreamListener.BindTcp(address, Backlog), address.ToString());
            }
            catch (LinuxException failure)
            {
                throw new RunDirectoryException(
                    RunDirectoryFault.Socket, directory.Root, $"device {port.Device} cannot await stream connections over TCP: {failure.Message}. Stop what has the port, or choose another address under devices:{port.Device}:tcp.", failure);
            }

            if (!IPAddress.IsLoopback(address.Address))
            {
                SocketsLog.TcpForEverybody(port.Log, port.Device, address);
            }
        }
    }

    /// <summary>Somebody connected.</summary>
    public void Accept(StreamDoor door)
    {
        try
        {
            for (int i = 0; i < AcceptsPerTurn && door.Listener.Accept() is { } socket; i++)
            {
                Greet(socket);
            }
        }
        catch (LinuxException failure)
        {
            // No descriptor is free; it keeps waiting until there is, which is looked at with the next connection or message of any application.
            port.Counters.SocketFailures++;
            SocketsLog.SocketFailed(port.Log, port.Device, door.Name, failure.Message);
        }

        port.Poll.Arm(door, PollEvents.In);
    }

    /// <summary>A part of the first line, or the end.</summary>
    public void OnReady(StreamGreeting greeting)
    {
        try
        {
            while (greeting.Line.State == OpenState.Incomplete)
            {
                StreamOutcome outcome = greeting.Socket.Receive(greeting.Line.Room, out int received);
                if (outcome == StreamOutcome.WouldBlock)
                {
                    port.Poll.Arm(greeting, PollEvents.In);
                    return;
                }

                if (outcome != StreamOutcome.Received)
                {
                    End(greeting);
                    return;
                }

                greeting.Line.Added(received);
            }

            if (greeting.Line.Request is { } request)
            {
                Open(greeting, request);
            }
            else
            {
                Refuse(greeting, greeting.Line.Refusal!);
            }
        }
        catch (LinuxException failure)
        {
            port.Counters.SocketFailures++;
            SocketsLog.ConversationFailed(port.Log, port.Device, "a stream connection", failure.Message);
            End(greeting);
        }
    }

    /// <summary>Ends those that have been silent for too long.</summary>
    public void Expire()
    {
        if (_greetings.Count > 0)
        {
            RefuseLate(port.Time.GetTimestamp());
        }
    }

    /// <summary>Lets nobody in any more: a successor has the device's own socket, and listens to the TCP addresses anew.</summary>
    public void Leave()
    {
        foreach (StreamDoor door in _doors)
        {
            port.Poll.Remove(door);
        }
    }

    /// <summary>Closes all doors and silent connections.</summary>
    public void Close(RunDirectory directory)
    {
        foreach (StreamDoor door in _doors)
        {
            port.Poll.Remove(door);
            door.Listener.Dispose();
        }

        if (_doors.Count > 0)
        {
            directory.UnlinkStream();
            _doors.Clear();
        }

        foreach (StreamGreeting greeting in _greetings.ToArray())
        {
            End(greeting);
        }
    }

    // Apart from Expire, which runs in every turn: what a lambda captures is allocated when its method is entered.
    private void RefuseLate(long now)
    {
        foreach (StreamGreeting late in _greetings.Where(g => g.Deadline <= now).ToArray())
        {
            Refuse(late, new Refusal(Errno.ETIMEDOUT, $"no first line within {GreetingTime.TotalSeconds} s: say what to open, such as channels/NAME"));
        }
    }

    private void Add(StreamListener listener, string name)
    {
        StreamDoor door = new(this, listener, name);
        _doors.Add(door);
        port.Poll.Add(door, PollEvents.In);
    }

    private void Greet(StreamSocket socket)
    {
        StreamGreeting greeting = new(this, socket, port.Time.GetTimestamp() + (long)(GreetingTime.TotalSeconds * port.Time.TimestampFrequency));
        _greetings.Add(greeting);
        port.Poll.Add(greeting, interest: null);
        if (_greetings.Count > MaximumGreetings)
        {
            Refuse(greeting, new Refusal(Errno.EAGAIN, $"{MaximumGreetings} connections have not yet said what they want to open: try again"));
            return;
        }

        // The line has most likely come with the connection.
        OnReady(greeting);
    }

    private void Open(StreamGreeting greeting, OpenRequest request)
    {
        if (entries.Find(request.Path) is not { } entry)
        {
            Refuse(greeting, new Refusal(Errno.ENOENT, $"there is no {request.Path} now; there are: {entries.Describe(request.Path.Kind)}"));
            return;
        }

        if (entry.IsRefused)
        {
            Refuse(greeting, new Refusal(Errno.EACCES, $"the access rules of device {port.Device} deny {request.Path}"));
            return;
        }

        StreamSocket socket = greeting.Socket;
        Forget(greeting);
        StreamConnection connection = new(owner, entry, socket, _buffers, request.IsAddressed, greeting.Line.Rest, port.Counters);
        Refusal? refusal = null;
        try
        {
            socket.NoDelay = true;
            if (entrance.TryOpen(entry, connection))
            {
                Conversation first = connection.Conversations[0];
                connection.Answer(OpenAnswer.Accept(_buffers.Maximum, first.Local.Address, first.Remote == RpmsgAddress.Any ? null : first.Remote));
                connection.MaybeReadable = true;
                entries.Refresh(entry);
                return;
            }

            refusal = new Refusal(Errno.EBUSY, $"{request.Path} is taken; another application has it");
        }
        catch (RpmsgException failure)
        {
            refusal = new Refusal(Errno.EADDRNOTAVAIL, failure.Message);
        }

        port.Counters.OpenersRefused++;
        Say(socket, refusal);
        connection.Dispose();
    }

    private void Refuse(StreamGreeting greeting, Refusal refusal)
    {
        port.Counters.OpenersRefused++;
        if (_refusalPace.MayLog())
        {
            SocketsLog.StreamRefused(port.Log, port.Device, new Opener(greeting.Socket.PeerCredentials), refusal.Errno, refusal.Sentence);
        }

        Say(greeting.Socket, refusal);
        End(greeting);
    }

    /// <summary>One line into an empty socket: it fits, or the application has gone.</summary>
    private static void Say(StreamSocket socket, Refusal refusal)
    {
        socket.Send(OpenAnswer.Refuse(refusal), out _);
        socket.Shutdown(ShutdownDirection.Both);
        // What lies unread would break the connection off before the line is read.
        Span<byte> unread = stackalloc byte[1024];
        for (int i = 0; i < 64 && socket.Receive(unread, out _) == StreamOutcome.Received; i++)
        {
        }
    }

    private void End(StreamGreeting greeting)
    {
        Forget(greeting);
        greeting.Socket.Dispose();
    }

    private void Forget(StreamGreeting greeting)
    {
        _greetings.Remove(greeting);
        port.Poll.Remove(greeting);
    }
}
