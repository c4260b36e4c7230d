using System.Net;
using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.Sockets.Control;
using Bridge.Ports.Sockets.Kept;
using Bridge.Ports.Sockets.Streams;
using Bridge.Rpmsg;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets;

/// <summary>
/// What both sockets ports are made of: the directory of one device, its applications' conversations, and the rpmsg bus that they talk over. It outlives
/// the device's lives.
/// </summary>
/// <remarks>
/// All members belong to the device's turn, except where they say otherwise. This type holds the lives and the pump; the work is done by its parts:
/// <see cref="Entrance"/> with <see cref="StreamEntrance"/> and <see cref="ControlEntrance"/>, <see cref="ConversationTable"/>, <see cref="Outgoing"/>, <see cref="Incoming"/>
/// and <see cref="PeerBindings"/>.
/// </remarks>
internal sealed partial class LocalSockets : IAsyncDisposable
{
    // Received messages per pump: then others' turn comes, above all that of the applications' sockets.
    private const int ReceiveBudget = 256;

    private readonly SocketsOptions _options;
    private readonly Action _wake;
    private readonly PortScope _scope;
    private readonly ILogger _log;
    private readonly RunDirectory _directory;
    private readonly PollThread _poll;
    private readonly KeptSockets _kept;
    private readonly StoredSockets _stored;
    private readonly KnownAnnouncements _announcements;
    private readonly Recovery _recovery;
    private readonly RpmsgBus _bus;
    private readonly EntryTable _entries;
    private readonly ChannelTable _channels;
    private readonly ConversationTable _conversations;
    private readonly Outgoing _outgoing;
    private readonly Incoming _incoming;
    private readonly PeerBindings _peers;
    private readonly Entrance _entrance;
    private readonly StreamEntrance _streams;
    private readonly ControlEntrance _control;
    private readonly LogPace _announcementPace;

    private RpmsgRings? _rings;
    private Action<int>? _notify;
    private bool _closed;
    private volatile bool _isStarted;

    /// <summary>Takes the directory and makes the services' sockets. Applications are not served before <see cref="Start"/>.</summary>
    /// <param name="options">Without errors.</param>
    /// <param name="wake">Runs the device's turn; from the port's thread.</param>
    /// <param name="time">For the pace of logs and retries.</param>
    /// <param name="log">For everything.</param>
    /// <param name="store">Where applications' sockets outlive this process; null: nowhere.</param>
    /// <exception cref="ArgumentException">The options have errors; the message lists them.</exception>
    /// <exception cref="RunDirectoryException">The directory cannot be used.</exception>
    public LocalSockets(SocketsOptions options, Action wake, TimeProvider time, ILogger log, IDescriptorStore? store = null)
    {
        IReadOnlyList<string> errors = options.FindErrors();
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        (_options, _wake, _log) = (options, wake, log);
        _directory = RunDirectory.Open(options, store);
        _kept = OpenKept(options, _directory, log);
        _stored = new StoredSockets(options.Device, store);
        _kept.Committed = _stored.OnCommitted;
        _announcements = new KnownAnnouncements(_kept);
        _poll = new PollThread(options.Device, wake, time, log);
        _bus = new RpmsgBus(options.Rpmsg, this, _kept);
        PortScope scope = _scope = new(options, _bus, _poll, Counters, _kept, time, log);
        _entries = new EntryTable(options.Device, _directory, _poll, Counters, _kept, time, log);
        _channels = new ChannelTable(options, this, _entries, scope.Access, Counters, time, log);
        _conversations = new ConversationTable(scope, _entries, _stored);
        _outgoing = new Outgoing(scope, _conversations);
        _incoming = new Incoming(scope, _conversations);
        _peers = new PeerBindings(scope, _conversations);
        _entrance = new Entrance(this, scope, _entries, _conversations, _stored);
        _streams = new StreamEntrance(this, scope, _entries, _entrance);
        _control = new ControlEntrance(scope, new ControlService(this, scope, _entries, _conversations, _entrance));
        _announcementPace = new LogPace(time, linesPerSecond: 100);

        Services = new ConfiguredServices(_entries, _conversations, _entrance);
        _recovery = new Recovery(this, scope, _entries, _conversations, _stored);
        Services.Restore(_recovery.RestoreEntries());
        _streams.Open(_directory);
        TcpAddresses = _streams.TcpAddresses;
        _control.Open(_directory);
        if (!_recovery.IsPending)
        {
            SetUpServices();
            EndStored();
        }

        SocketsLog.Opened(log, options.Device, _directory.Root, _directory.Openers, _directory.StaleRemoved);
    }

    public SocketsCounters Counters { get; } = new();

    public RpmsgBus Bus => _bus;

    /// <summary>The services of the configuration.</summary>
    public ConfiguredServices Services { get; }

    /// <summary>TCP addresses on which stream connections are awaited. From any thread.</summary>
    public IReadOnlyList<IPEndPoint> TcpAddresses { get; }

    private bool HasFlow => (_bus.Features & RpmsgFeatures.Flow) != 0;

    /// <summary>Begins to serve applications. From any thread, once.</summary>
    public void Start()
    {
        _isStarted = true;
        _poll.Start();
    }

    /// <summary>Where an entry's socket lies.</summary>
    public string PathOf(EntryKind kind, string file) => _directory.PathOf(kind, file);

    /// <summary>Somebody connected to an entry's socket.</summary>
    public void Accept(SocketEntry entry) => _entrance.Accept(entry);

    /// <summary>Something was seen on an application's socket.</summary>
    public void OnReady(ApplicationConnection connection, PollEvents events)
    {
        _conversations.Touched.Add(connection);
        if ((events & PollEvents.Out) != 0)
        {
            TryFlush(connection);
        }

        if (connection.Reads)
        {
            // A hang-up too: what lies in the socket is received first, then the end.
            connection.MaybeReadable = true;
            connection.WaitsSince = _poll.SeenAt;
        }
        else if ((events & (PollEvents.HangUp | PollEvents.Error)) != 0)
        {
            _conversations.Happened(connection, ConversationEvent.HungUp);
        }
    }

    /// <summary>A life of the device begins: DRIVER_OK has been said.</summary>
    /// <param name="rings">This life's.</param>
    /// <param name="features">Negotiated.</param>
    /// <param name="notify">Rings the doorbell of a queue.</param>
    /// <param name="life">Its number, by which a successor finds that life and these sockets to belong together; 0: nothing is kept of the life.</param>
    public void Attach(RpmsgRings rings, ulong features, Action<int> notify, ulong life = 0)
    {
        if (_closed)
        {
            return;
        }

        Abandon();

        (_rings, _notify) = (rings, notify);
        _bus.Attach(rings, features);
        _kept.CommitChanges();
        _kept.Life = life;
    }

    /// <summary>
    /// The life is over: nothing touches the rings any more. Applications whose peer was on them find the end of file; services that wait for a peer go on
    /// waiting and are announced in the next life.
    /// </summary>
    public void Detach()
    {
        (_rings, _notify) = (null, null);
        _kept.Life = 0;
        _bus.Detach();
        for (int i = _conversations.All.Count - 1; i >= 0; i--)
        {
            _conversations.Happened(_conversations.All[i], ConversationEvent.PeerGone);
        }

        _peers.OnControlSent();
        Settle();
        _outgoing.Clear();
        _kept.Steps.End();
        _kept.CommitChanges();
    }

    /// <summary>Does everything that can be done now, within a budget. True: there is more.</summary>
    /// <exception cref="Virtio.RingFaultException">The rings are broken: detach.</exception>
    public bool Pump()
    {
        if (_closed || _recovery.IsPending)
        {
            return false;
        }

        _poll.DispatchReady();
        _entries.Retry();
        _conversations.Grace.Expire();
        _streams.Expire();
        _incoming.ReleaseThrottled();
        Settle();
        bool more = _outgoing.SendRound();
        Settle();
        if (_rings is { } rings)
        {
            more |= PumpBus(rings);
        }

        _kept.CommitChanges();
        _kept.Steps.End();
        bool blocked = _conversations.Holder is not null || (_rings is not null && _bus.TransmitBlocked);
        _poll.SetRecheck(blocked || _entries.HasFailed || _conversations.Grace.IsRunning || _streams.HasGreetings || _outgoing.HasThrottled || _incoming.HasThrottled);
        return more;
    }

    /// <summary>
    /// Ends serving. Where a life is kept, it is left to a successor (<see cref="Leave"/>). Else all sockets are removed and all conversations end; the other side is told what still fits on the ring.
    /// </summary>
    public void Close()
    {
        if (_closed || _leaving)
        {
            return;
        }

        if (IsLifeKept)
        {
            Leave();
            return;
        }

        _streams.Close(_directory);
        _control.Close(_directory);
        _entries.Clear();
        for (int i = _conversations.All.Count - 1; i >= 0; i--)
        {
            _conversations.Happened(_conversations.All[i], ConversationEvent.Aborted);
        }

        if (_rings is { } rings)
        {
            _bus.Flush();
            Notify(rings);
        }

        _kept.CommitChanges();
        _closed = true;
    }

    /// <summary>Ends the thread and releases everything. After the device's turn has run for the last time; from any thread but the port's.</summary>
    public async ValueTask DisposeAsync()
    {
        await _poll.StopAsync();
        if (IsLifeKept)
        {
            Close();
            CountUnsent();
        }
        else
        {
            (_rings, _notify) = (null, null);
            _bus.Detach();
            Close();
        }

        Release();
    }

    private bool PumpBus(RpmsgRings rings)
    {
        _incoming.BeginBatch();
        bool more = _bus.Pump(ReceiveBudget);
        _incoming.EndBatch();
        Settle();
        _bus.Flush();
        Notify(rings);
        if (!_bus.TransmitBlocked)
        {
            _peers.OnControlSent();
            more |= _outgoing.IsWaiting;
        }

        return more || _bus.Arm();
    }

    private void Notify(RpmsgRings rings)
    {
        int queues = rings.TakeNotifications();
        for (int queue = 0; queue < 2; queue++)
        {
            if ((queues & (1 << queue)) != 0)
            {
                _notify!(queue);
            }
        }
    }

    /// <summary>Draws the conclusions for everything that something happened to: credit, what waits, whose turn it is to send, what to be woken for.</summary>
    private void Settle()
    {
        TouchedList touched = _conversations.Touched;
        while (touched.Any)
        {
            while (touched.TryTake(out Conversation? conversation))
            {
                if (_conversations.Settle(conversation))
                {
                    _incoming.SendCredit(conversation);
                }
            }

            while (touched.TryTake(out ApplicationConnection? connection))
            {
                if (connection.HasPending && !TryFlush(connection))
                {
                    continue;
                }

                _outgoing.Join(connection);
                Arm(connection);
            }
        }
    }

    /// <summary>Gives the application what waits for it. False: its socket failed, and the connection has ended.</summary>
    private bool TryFlush(ApplicationConnection connection)
    {
        try
        {
            if (connection.Flush() == SendOutcome.Closed)
            {
                _conversations.Happened(connection, ConversationEvent.SendFailed);
                return !connection.IsClosed;
            }

            for (int i = connection.Conversations.Count - 1; i >= 0; i--)
            {
                Conversation conversation = connection.Conversations[i];
                _incoming.FlushQueue(conversation);
                if (conversation is { State: ConversationState.Ending, QueuedMessages: 0 } && !connection.HasPending)
                {
                    // That was all that it still had to do.
                    _conversations.Touched.Add(conversation);
                }
            }

            return true;
        }
        catch (LinuxException failure)
        {
            _conversations.Fail(connection, failure);
            return false;
        }
    }

    private void Arm(ApplicationConnection connection)
    {
        if (connection.Interest is not { } interest || (connection.Armed is { } armed && (interest & ~armed) == 0))
        {
            return;
        }

        try
        {
            _poll.Arm(connection, interest);
        }
        catch (LinuxException failure)
        {
            _conversations.Fail(connection, failure);
        }
    }
}
