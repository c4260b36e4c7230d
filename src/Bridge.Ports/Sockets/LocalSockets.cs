using Bridge.Linux;
using Bridge.Rpmsg;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets;

/// <summary>
/// What both sockets ports are made of: the directory of one device, its applications' conversations, and the rpmsg bus that they talk over. It outlives
/// the device's lives.
/// </summary>
/// <remarks>
/// All members belong to the device's turn, except where they say otherwise. Four files: this one holds the lives and the pump, the others the entries, the way
/// from the applications and the way to them.
/// </remarks>
internal sealed partial class LocalSockets : IRpmsgHandler, IAsyncDisposable
{
    // Received messages per pump: then others' turn comes, above all that of the applications' sockets.
    private const int ReceiveBudget = 256;

    private readonly SocketsOptions _options;
    private readonly ILogger _log;
    private readonly RunDirectory _directory;
    private readonly PollThread _poll;
    private readonly RpmsgBus _bus;
    private readonly EntryTable _entries;
    private readonly ChannelTable _channels;
    private readonly Dictionary<uint, LocalEndpoint> _endpoints = [];
    private readonly List<Conversation> _conversations = [];

    // Whose state has changed: they are looked at once, after whatever changed it.
    private readonly Queue<Conversation> _touched = new();

    private RpmsgRings? _rings;
    private Action<int>? _notify;
    private bool _closed;

    /// <summary>Takes the directory and makes the services' sockets. Applications are not served before <see cref="Start"/>.</summary>
    /// <param name="options">Without errors.</param>
    /// <param name="wake">Runs the device's turn; from the port's thread.</param>
    /// <param name="time">For the pace of logs and retries.</param>
    /// <param name="log">For everything.</param>
    /// <exception cref="ArgumentException">The options have errors; the message lists them.</exception>
    /// <exception cref="RunDirectoryException">The directory cannot be used.</exception>
    public LocalSockets(SocketsOptions options, Action wake, TimeProvider time, ILogger log)
    {
        IReadOnlyList<string> errors = options.FindErrors();
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        (_options, _log) = (options, log);
        _directory = RunDirectory.Open(options);
        _poll = new PollThread(options.Device, wake, log);
        _bus = new RpmsgBus(options.Rpmsg, this);
        _entries = new EntryTable(options.Device, _directory, _poll, Counters, time, log);
        _channels = new ChannelTable(options, this, _entries, Counters, time, log);
        (_overQuotaPace, _tooLongPace, _refusalPace) = (new LogPace(time), new LogPace(time), new LogPace(time));
        _announcementPace = new LogPace(time, linesPerSecond: 100);
        AddServices();
        SocketsLog.Opened(log, options.Device, _directory.Root, _directory.StaleRemoved);
    }

    public SocketsCounters Counters { get; } = new();

    public RpmsgBus Bus => _bus;

    private bool HasFlow => (_bus.Features & RpmsgFeatures.Flow) != 0;

    /// <summary>Begins to serve applications. From any thread, once.</summary>
    public void Start() => _poll.Start();

    /// <summary>A life of the device begins: DRIVER_OK has been said.</summary>
    /// <param name="rings">This life's.</param>
    /// <param name="features">Negotiated.</param>
    /// <param name="notify">Rings the doorbell of a queue.</param>
    public void Attach(RpmsgRings rings, ulong features, Action<int> notify)
    {
        if (_closed)
        {
            return;
        }

        (_rings, _notify) = (rings, notify);
        _bus.Attach(rings, features);
    }

    /// <summary>
    /// The life is over: nothing touches the rings any more. Applications whose peer was on them find the end of file; services that wait for a peer go on
    /// waiting and are announced in the next life.
    /// </summary>
    public void Detach()
    {
        (_rings, _notify) = (null, null);
        _bus.Detach();
        for (int i = _conversations.Count - 1; i >= 0; i--)
        {
            Happened(_conversations[i], ConversationEvent.PeerGone);
        }

        _refusalsQueued = 0;
        Settle();
        while (_round.TryDequeue(out Conversation? conversation))
        {
            conversation.InRound = false;
        }
    }

    /// <summary>Does everything that can be done now, within a budget. True: there is more.</summary>
    /// <exception cref="Virtio.RingFaultException">The rings are broken: detach.</exception>
    public bool Pump()
    {
        if (_closed)
        {
            return false;
        }

        _poll.DispatchReady();
        _entries.Retry();
        Settle();
        bool more = SendRound();
        Settle();
        if (_rings is { } rings)
        {
            more |= PumpBus(rings);
        }

        _poll.SetRecheck(_entries.HasFailed || _holder is not null || (_rings is not null && _bus.TransmitBlocked));
        return more;
    }

    /// <summary>Removes all sockets and ends all conversations; the other side is told what still fits on the ring. Nothing is served afterwards.</summary>
    public void Close()
    {
        if (_closed)
        {
            return;
        }

        _entries.Clear();
        for (int i = _conversations.Count - 1; i >= 0; i--)
        {
            Happened(_conversations[i], ConversationEvent.Aborted);
        }

        if (_rings is { } rings)
        {
            Notify(rings);
        }

        _closed = true;
    }

    /// <summary>Ends the thread and releases everything. After the device's turn has run for the last time; from any thread but the port's.</summary>
    public async ValueTask DisposeAsync()
    {
        await _poll.StopAsync();
        (_rings, _notify) = (null, null);
        _bus.Detach();
        Close();
        _poll.Dispose();
        _directory.Dispose();
    }

    private bool PumpBus(RpmsgRings rings)
    {
        bool more = _bus.Pump(ReceiveBudget);
        Settle();
        Notify(rings);
        if (!_bus.TransmitBlocked)
        {
            _refusalsQueued = 0;
            more |= _round.Count > 0;
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

    private void Touch(Conversation conversation)
    {
        if (!conversation.IsTouched)
        {
            conversation.IsTouched = true;
            _touched.Enqueue(conversation);
        }
    }

    /// <summary>Draws the conclusions for all conversations that something happened to.</summary>
    private void Settle()
    {
        while (_touched.TryDequeue(out Conversation? conversation))
        {
            conversation.IsTouched = false;
            if (conversation.State == ConversationState.Ending && conversation.QueuedMessages == 0)
            {
                Happened(conversation, ConversationEvent.HandedOver);
            }

            if (conversation.State == ConversationState.Closed)
            {
                continue;
            }

            SendCredit(conversation);
            JoinRound(conversation);
            Arm(conversation);
        }
    }

    private void Arm(Conversation conversation)
    {
        if (conversation.Interest is not { } interest || (conversation.Armed is { } armed && (interest & ~armed) == 0))
        {
            return;
        }

        try
        {
            _poll.Arm(conversation, interest);
        }
        catch (LinuxException failure)
        {
            Fail(conversation, failure);
        }
    }

    /// <summary>The kernel refused something that it should not: only this conversation ends.</summary>
    private void Fail(Conversation conversation, LinuxException failure)
    {
        Counters.SocketFailures++;
        SocketsLog.ConversationFailed(_log, _options.Device, conversation.Entry.Path, failure.Message);
        Happened(conversation, ConversationEvent.Aborted);
    }
}
