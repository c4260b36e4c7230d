using System.Collections.Concurrent;
using System.Net.NetworkInformation;
using Bridge.Link.Connections;
using Bridge.Link.Transports;
using Bridge.Link.Trust;
using Microsoft.Extensions.Logging;

namespace Bridge.Link;

/// <summary>The link to one peer gateway. It outlives its connections: dials (if configured), takes inbound ones, and keeps at most one that is up.</summary>
/// <remarks>Thread-safe. Handlers are called on link threads; see <see cref="ILaneHandler"/>.</remarks>
public sealed class PeerLink : IAsyncDisposable
{
    private const string StopText = "The gateway stops.";
    private readonly LinkOptions _options;
    private readonly GatewayIdentity _identity;
    private readonly ILogger _log;
    private readonly IReadOnlyList<LaneRegistration> _devices;
    private readonly ConnectionSlot _slot;
    private readonly ConnectionSettings _settings;
    private readonly LinkDialler _dialler;
    private readonly DialSeries _dials;
    private readonly LinkHistory _history = new();
    private readonly RunningTasks _running = new();
    private readonly ConcurrentDictionary<LinkConnection, byte> _inbound = new();
    private readonly GreetingConnections _greeting = new();
    private int _started;

    /// <summary>Prepares a link; <see cref="Start"/> begins to dial.</summary>
    /// <param name="options">The peer and how it is reached.</param>
    /// <param name="devices">This gateway's devices on the link; their handlers' CloseConnection is set here.</param>
    /// <param name="identity">This gateway's key; stays the caller's.</param>
    /// <param name="time">Clock for certificates, timers for everything else.</param>
    /// <param name="log">Where the link's life is logged.</param>
    /// <exception cref="ArgumentException">A name is not a <see cref="LinkName"/>, a device is listed twice, or there are too many.</exception>
    public PeerLink(LinkOptions options, IReadOnlyList<LaneRegistration> devices, GatewayIdentity identity, TimeProvider time, ILogger log)
    {
        Check(options, devices);
        _options = options;
        _devices = devices;
        _identity = identity;
        _log = log;
        _slot = new ConnectionSlot(() => identity.Fingerprint);
        _settings = new ConnectionSettings
        {
            Link = options.Name,
            Session = new SessionOptions { Gateway = options.Gateway, Instance = options.Instance, HelloTimeout = options.HelloTimeout, IdleLimit = options.IdleLimit },
            Devices = devices,
            Counter = new ConnectionCounter(),
            Traffic = new TrafficCounters(),
            Time = time,
            Log = log,
            Established = OnEstablished,
        };
        _dialler = new LinkDialler(options, identity, _settings, _slot, _running);
        _dials = new DialSeries(options, _dialler, _slot, _history, time, log) { Failed = reason => ConnectionFailed?.Invoke(this, reason) };
        foreach (LaneRegistration device in devices)
            device.Handler.CloseConnection = CloseConnection;
    }

    /// <summary>The link's name.</summary>
    public string Name => _options.Name;

    /// <summary>Who the peer is.</summary>
    public PeerTrust Peer => _options.Peer;

    /// <summary>How many devices this gateway has on the link.</summary>
    public int DeviceCount => _devices.Count;

    /// <summary>Called on a link thread, quickly please, whenever a connection that was up has ended; for metrics.</summary>
    public Action<PeerLink, CloseReason>? ConnectionEnded { get; set; }

    /// <summary>Called on a link thread, quickly please, whenever a dial or an inbound connection ended before it was up; for metrics.</summary>
    public Action<PeerLink, CloseReason>? ConnectionFailed { get; set; }

    /// <summary>Called on a link thread, quickly please, whenever a connection came up or one that was up has ended.</summary>
    public Action<PeerLink>? StateChanged { get; set; }

    /// <summary>The link at this moment.</summary>
    public LinkStatus Status
    {
        get
        {
            LinkConnection? connection = _slot.Current;
            SessionView? view = connection?.View;
            bool up = view is { State: SessionState.Established } && connection!.Greeted is { IsCompletedSuccessfully: true, Result: true };
            return _history.Fill(new LinkStatus
            {
                Name = Name,
                State = Volatile.Read(ref _started) == 0 ? LinkState.Stopped : up ? LinkState.Connected : _dials.IsDialling ? LinkState.Dialling : LinkState.Waiting,
                Transport = up ? connection!.Transport.Kind : null,
                TransportNote = _dialler.Note,
                PeerGateway = up ? view!.Peer!.Gateway : null,
                PeerFingerprint = up ? connection!.Transport.PeerFingerprint : null,
                RemoteEndPoint = up ? connection!.Transport.RemoteEndPoint.ToString() : null,
                Initiator = up ? connection!.Initiator : null,
                Version = up ? view!.Version : null,
                UpFor = up ? connection!.UpFor : null,
                RoundTrip = up ? view!.RoundTrip : null,
                Connection = _settings.Counter.Last,
                Lanes = up ? view!.Lanes : [],
                Refusals = up ? view!.Refusals : [],
                EndedConnections = LinkHistory.None,
                FailedDials = 0,
                BytesReceived = _settings.Traffic.Received,
                BytesSent = _settings.Traffic.Sent,
                StaleFrames = _settings.Traffic.Stale,
            });
        }
    }

    /// <summary>Begins to dial, if there are addresses, and to take inbound connections.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
            return;
        if (_dialler.Note is { } note)
            LinkLog.TransportNote(_log, Name, note);
        if (_options.Connect.Count == 0)
            return;
        NetworkChange.NetworkAddressChanged += OnNetworkChanged;
        _running.Start(_dials.RunAsync);
    }

    /// <summary>A listener hands over a connection that is authenticated as this link's peer. It replaces the present one once its hello is there.</summary>
    /// <param name="transport">Belongs to the link from now on.</param>
    public void Accept(TransportConnection transport)
    {
        LinkConnection connection = new(transport, initiator: false, _settings, _slot);
        _inbound.TryAdd(connection, 0);
        _greeting.Add(connection);
        // Looked at after the addition: either StopAsync finds the connection or this finds the slot closed.
        if (_slot.IsClosed)
            connection.RequestClose(CloseReason.Shutdown, StopText);
        _running.Start(async () =>
        {
            await connection.RunAsync();
            _inbound.TryRemove(connection, out _);
            _greeting.Remove(connection);
            SessionView view = connection.View;
            if (!await connection.Greeted && view.Reason != CloseReason.SimultaneousOpen)
                _dials.Report(view.Reason, view.Explain(_identity.Fingerprint));
        });
    }

    /// <summary>Dials again at once if the link is waiting for its back-off.</summary>
    public void RestartBackOff() => _dials.Restart();

    /// <summary>Dials the peer somewhere else from now on; the connection that there is stays.</summary>
    /// <param name="addresses">As <see cref="LinkOptions.Connect"/>.</param>
    /// <exception cref="ArgumentException">There were none and are some now, or the other way round: a link dials all its life or never.</exception>
    public void Redirect(IReadOnlyList<LinkAddress> addresses)
    {
        if (addresses.Count == 0 != (_options.Connect.Count == 0))
            throw new ArgumentException("A link dials all its life or never.", nameof(addresses));
        _dialler.Addresses = addresses;
        RestartBackOff();
    }

    /// <summary>Ends every connection whose peer <see cref="Peer"/> does not trust any more, at once. The link goes on and waits for whoever is trusted.</summary>
    /// <remarks>To be called when the trust has been replaced. A connection that comes up afterwards is judged again when it does: its handshake may have been before.</remarks>
    public void EndUnlessTrusted()
    {
        if (_slot.Current is { } current)
            EndUnlessTrusted(current);
        foreach (LinkConnection connection in _inbound.Keys)
            EndUnlessTrusted(connection);
    }

    /// <summary>Closes the connection with a reason and stops dialling; all tasks of the link are joined.</summary>
    public async Task StopAsync()
    {
        NetworkChange.NetworkAddressChanged -= OnNetworkChanged;
        _slot.Close();
        _slot.Current?.RequestClose(CloseReason.Shutdown, StopText);
        foreach (LinkConnection connection in _inbound.Keys)
            connection.RequestClose(CloseReason.Shutdown, StopText);
        await _running.JoinAsync();
        Volatile.Write(ref _started, 0);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private static void Check(LinkOptions options, IReadOnlyList<LaneRegistration> devices)
    {
        if (!LinkName.IsValid(options.Gateway))
            throw new ArgumentException($"'{options.Gateway}' is no gateway name: 1..{LinkName.MaximumLength} of [A-Za-z0-9_.-].", nameof(options));
        if (devices.FirstOrDefault(device => !LinkName.IsValid(device.Device)) is { } wrong)
            throw new ArgumentException($"'{wrong.Device}' is no device name: 1..{LinkName.MaximumLength} of [A-Za-z0-9_.-].", nameof(devices));
        if (devices.Select(device => device.Device).Distinct(StringComparer.Ordinal).Count() != devices.Count)
            throw new ArgumentException("A device is listed twice.", nameof(devices));
        if (devices.Count > Hello.MaximumDevices)
            throw new ArgumentException($"A link carries at most {Hello.MaximumDevices} devices.", nameof(devices));
    }

    private void EndUnlessTrusted(LinkConnection connection)
    {
        if (connection.Transport.Presented.RefuseBy(Peer, _settings.Time) is { } why)
            connection.RequestClose(CloseReason.UnknownPeer, $"The configuration does not trust this gateway any more: {why}");
    }

    private void OnNetworkChanged(object? sender, EventArgs e) => RestartBackOff();

    private void CloseConnection(uint number, CloseReason reason, string text)
    {
        if (_slot.Current is { } connection && connection.Number == number)
            connection.RequestClose(reason, text);
    }

    private void OnEstablished(LinkConnection connection)
    {
        SessionView view = connection.View;
        LinkLog.Up(
            _log, Name, connection.Number, view.Peer!.Gateway, connection.Transport.PeerFingerprint, connection.Transport.RemoteEndPoint.ToString()!, connection.Transport.Kind, string.Join(", ", view.Lanes));
        foreach (string refusal in view.Refusals)
            LinkLog.NoLane(_log, Name, refusal);
        StateChanged?.Invoke(this);
        EndUnlessTrusted(connection);
        _running.Start(async () =>
        {
            await connection.Ended;
            OnEnded(connection);
        });
    }

    private void OnEnded(LinkConnection connection)
    {
        SessionView view = connection.View;
        _history.Ended(view.Reason, view.ReasonText);
        LinkLog.Down(_log, Name, connection.Number, view.Reason, view.ReasonText);
        ConnectionEnded?.Invoke(this, view.Reason);
        StateChanged?.Invoke(this);
    }
}
