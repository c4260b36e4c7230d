using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// A driver port whose driver is behind a vhost-user front end (QEMU, user-mode Linux, DPDK): this side is the back end. The socket appears when the remote device is
/// known and stays from then on. One front end at a time; when it goes, its driver's life is over.
/// </summary>
/// <remarks>
/// The members of <see cref="IDriverPort"/>, <see cref="ReadStatus"/> and <see cref="Close"/> belong to the device's turn.
/// </remarks>
public sealed class VhostUserDriverPort : IDriverPort, IAsyncDisposable
{
    private readonly VhostUserOptions _options;
    private readonly Action _wake;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly PollThread _poll;
    private readonly Entrance _entrance;
    private readonly PassedNames _names = new();

    private DeviceOffer? _offer;
    private IDriverRelay? _relay;
    private FrontEnd? _frontEnd;
    private VringSet? _kept;
    private long _keptSince;
    private LinuxException? _doorbellFault;
    private string? _lastFault;
    private bool _closed;

    /// <summary>Makes the port. Nothing is listened on before the remote device is known.</summary>
    /// <param name="options">What to present.</param>
    /// <param name="wake">Runs the device's turn: <see cref="DeviceTurn.Run"/>.</param>
    /// <param name="log">For this device.</param>
    /// <param name="time">For the patience with silent front ends.</param>
    public VhostUserDriverPort(VhostUserOptions options, Action wake, ILogger log, TimeProvider? time = null)
    {
        (_options, _wake, _time, _log) = (options, wake, time ?? TimeProvider.System, log);
        _poll = new PollThread(options.Device, wake, _time, log);
        _entrance = new Entrance(options, _poll, Accept, log);
    }

    /// <summary>What was counted.</summary>
    public VhostUserCounters Counters { get; } = new();

    /// <summary>Begins to serve, on a thread named after the device. Once, when <c>wake</c> can be called.</summary>
    public void Listen() => _poll.Start();

    /// <inheritdoc/>
    public void OnOffer(DeviceOffer offer, IDriverRelay relay)
    {
        (_offer, _relay) = (offer, relay);
        try
        {
            _frontEnd?.BackEnd.OnOffer(offer);
        }
        catch (LinuxException unusable)
        {
            Blame(unusable);
        }
    }

    /// <inheritdoc/>
    public void OnUsed(int queue)
    {
        try
        {
            _frontEnd?.BackEnd.Call(queue);
        }
        catch (LinuxException unusable)
        {
            Blame(unusable);
        }
    }

    /// <inheritdoc/>
    public void OnNeedsReset(string why)
    {
        ForgetKept();
        if (_frontEnd is not { } frontEnd)
            return;
        VhostUserLog.NeedsReset(_log, _options.Device, why);
        try
        {
            frontEnd.BackEnd.OnNeedsReset();
        }
        catch (LinuxException unusable)
        {
            Blame(unusable);
        }
    }

    /// <inheritdoc/>
    public bool KeepsDriver => true;

    /// <inheritdoc/>
    public void OnNotable(int queue, ReadOnlySpan<byte> message) => _names.Note(queue, message);

    /// <inheritdoc/>
    public void OnDeviceReplaced() => _names.OnDeviceReplaced(_relay!);

    /// <inheritdoc/>
    public void OnResetDone()
    {
        // A front end does not wait for it: what it says next is brought over after the reset, in this order.
    }

    /// <inheritdoc/>
    public bool Pump()
    {
        _poll.DispatchReady();
        bool more = PumpFrontEnd();
        if (_kept is not null && _time.GetElapsedTime(_keptSince) > _options.ReturnTime)
            ForgetKept();
        if (!_closed && !_entrance.IsOpen && _offer is not null)
            _entrance.TryOpen();
        // A driver may leave its doorbell out although chains are there (rpmsg-lite); a socket may be free again; a front end may keep silent.
        _poll.SetRecheck(_kept is not null || (_frontEnd is { } frontEnd ? frontEnd.BackEnd.IsRunning || frontEnd.IsAwaited : _offer is not null && !_entrance.IsOpen && !_closed));
        return more;
    }

    /// <summary>What the port looks like now.</summary>
    public VhostUserStatus ReadStatus() => new(
        _options.SocketPath, _entrance.IsOpen, _frontEnd?.Process, _frontEnd?.BackEnd.Memory?.Unsealed ?? 0, _lastFault, Counters);

    /// <summary>Turns the front end away and removes the socket. Nothing is served afterwards.</summary>
    public void Close()
    {
        _closed = true;
        Disconnect();
        ForgetKept();
        _entrance.Dispose();
    }

    /// <summary>Releases everything. After the device's turn has run for the last time; from any thread but the port's own.</summary>
    public async ValueTask DisposeAsync()
    {
        await _poll.StopAsync();
        Close();
        _poll.Dispose();
    }

    private bool PumpFrontEnd()
    {
        if (_frontEnd is not { } frontEnd)
            return false;
        try
        {
            if (_doorbellFault is { } unusable)
                throw new FrontEndFaultException($"a doorbell cannot be rung: {unusable.Message}", unusable);
            if (frontEnd.Pump(out bool more))
                return more;
            VhostUserLog.Disconnected(_log, _options.Device);
            Keep(frontEnd);
        }
        catch (Exception fault) when (fault is FrontEndFaultException or LinuxException)
        {
            Counters.Faults++;
            _lastFault = fault.Message;
            VhostUserLog.Faulted(_log, _options.Device, fault.Message);
        }

        Disconnect();
        return false;
    }

    private void Accept(DescriptorSocket socket)
    {
        // A front end that has been restarted comes when its predecessor's end has not been looked at yet.
        if (_frontEnd is not null)
        {
            _frontEnd.OnReady(PollEvents.None);
            PumpFrontEnd();
        }

        if (_frontEnd is not null || _closed)
        {
            Counters.Refused++;
            VhostUserLog.Refused(_log, _options.Device, socket.PeerCredentials.ProcessId, Counters.Refused);
            socket.Dispose();
            return;
        }

        Counters.Connections++;
        PeerCredentials peer = socket.PeerCredentials;
        VhostUserLog.Connected(_log, _options.Device, peer.ProcessId, peer.UserId);
        VringSet vrings = _kept ?? new VringSet(_options.Device, _offer!.QueueSizes.Count, _relay!, _time, _log) { Begins = _names.Begin };
        _kept = null;
        _frontEnd = new FrontEnd(socket, new BackEnd(_options, _offer!, _relay!, vrings, _poll, Counters), _poll, _time, _options.Patience);
        _poll.Add(_frontEnd, PollEvents.In | PollEvents.ReadHangUp);
    }

    /// <summary>What the front end passed cannot be used. Not here, where the relay goes through its queues: the next pump disconnects it.</summary>
    private void Blame(LinuxException unusable)
    {
        _doorbellFault ??= unusable;
        _wake();
    }

    /// <summary>One that broke the protocol is not awaited; one that was cut off may be.</summary>
    private void Keep(FrontEnd frontEnd)
    {
        // Strangers that come and go meanwhile do not make it last longer.
        bool wasKept = frontEnd.BackEnd.IsDetached;
        _kept = frontEnd.BackEnd.Leave();
        if (_kept is null || wasKept)
            return;
        _keptSince = _time.GetTimestamp();
        VhostUserLog.Kept(_log, _options.Device, _options.ReturnTime.TotalSeconds);
    }

    private void ForgetKept()
    {
        _kept?.Dispose();
        _kept = null;
    }

    private void Disconnect()
    {
        _frontEnd?.Dispose();
        (_frontEnd, _doorbellFault) = (null, null);
    }
}
