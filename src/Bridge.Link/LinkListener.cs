using System.Net;
using Bridge.Link.Connections;
using Bridge.Link.Transports;
using Bridge.Link.Transports.Quic;
using Bridge.Link.Trust;
using Microsoft.Extensions.Logging;

namespace Bridge.Link;

/// <summary>A gateway's open port: authenticates whoever connects, over TCP and QUIC, and hands the connection to the link whose peer it is.</summary>
/// <remarks>Nothing that a stranger sends ends it. No protocol byte is read or sent before authentication.
/// A peer belongs to one link: where two links trust the same key, the first in the list gets it.</remarks>
public sealed class LinkListener : IAsyncDisposable
{
    // Out of descriptors, for example: accepting again at once would only burn the processor.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly LinkListenerOptions _options;
    private readonly GatewayIdentity _identity;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly RunningTasks _accepting = new();
    private readonly RunningTasks _authenticating = new();
    private volatile IReadOnlyList<PeerLink> _links;
    private IReadOnlyList<TransportListener> _ports = [];
    private readonly RefusalPace _pace;
    private int _disposed;

    /// <summary>Prepares a listener; <see cref="StartAsync"/> binds its ports.</summary>
    /// <param name="options">Where and what to listen for.</param>
    /// <param name="links">The links whose peers may connect; <see cref="Links"/> changes them.</param>
    /// <param name="identity">This gateway's key; stays the caller's.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="log">Where refusals are logged.</param>
    public LinkListener(LinkListenerOptions options, IReadOnlyList<PeerLink> links, GatewayIdentity identity, TimeProvider time, ILogger log)
    {
        _options = options;
        _links = links;
        _identity = identity;
        _time = time;
        _log = log;
        _pace = new RefusalPace(time, count => LinkLog.MoreRefused(log, count, RefusalPace.Period.TotalSeconds));
    }

    /// <summary>The links whose peers may connect, from the next handshake on. Stop a link after it was taken out.</summary>
    public IReadOnlyList<PeerLink> Links
    {
        get => _links;
        set => _links = value;
    }

    /// <summary>Called for everybody who connected and did not become a link's connection; on a listener thread, quickly please. For metrics.</summary>
    public Action<RefusedPeer>? Refused { get; set; }

    /// <summary>Where it listens, with real ports; empty before <see cref="StartAsync"/>.</summary>
    public IReadOnlyList<(TransportKind Kind, IPEndPoint EndPoint)> EndPoints => [.. _ports.Select(port => (port.Kind, port.LocalEndPoint))];

    /// <summary>Binds the ports and begins to accept.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address is taken or not ours.</exception>
    /// <exception cref="NotSupportedException">Only QUIC is asked for and there is none.</exception>
    public async Task StartAsync()
    {
        _ports = await new ListenerPorts(_options, _identity, NewVerification, () => _links.Max(link => (int?)link.DeviceCount) ?? 0).BindAsync();
        if (_options.Transport == TransportMode.Auto && QuicSupport.WhyNot is { } whyNot)
            LinkLog.ListeningWithoutQuic(_log, whyNot);
        foreach (TransportListener port in _ports)
        {
            LinkLog.Listening(_log, port.LocalEndPoint.ToString(), port.Kind);
            _accepting.Start(() => AcceptAsync(port));
        }
    }

    /// <summary>Closes the ports and joins everything. Connections that were handed over belong to their links.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _accepting.JoinAsync();
        await _authenticating.JoinAsync();
        foreach (TransportListener port in _ports)
            await port.DisposeAsync();
        _pace.Dispose();
        _stopping.Dispose();
    }

    private PeerVerification NewVerification() => new([.. _links.Select(link => link.Peer)], _time);

    private async Task AcceptAsync(TransportListener port)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await AcceptOneAsync(port);
            }
            catch (PeerRefusedException e)
            {
                Refuse(e.Reason, e.RemoteEndPoint, e.Message);
                if (e.Reason == CloseReason.TransportFailed)
                    await PauseAsync();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LinkLog.ListenerDefect(_log, port.Kind, e);
                await PauseAsync();
            }
        }
    }

    private async Task AcceptOneAsync(TransportListener port)
    {
        IncomingConnection incoming = await port.AcceptAsync(_stopping.Token);
        if (_authenticating.Count < _options.MaximumHandshakes)
        {
            _authenticating.Start(() => AuthenticateAsync(incoming, port.Kind));
            return;
        }

        Refuse(CloseReason.TooManyHandshakes, incoming.RemoteEndPoint, $"{_options.MaximumHandshakes} handshakes are pending.");
        await incoming.DisposeAsync();
    }

    private async Task AuthenticateAsync(IncomingConnection incoming, TransportKind kind)
    {
        using CancellationTokenSource limit = new(_options.HandshakeTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        try
        {
            await HandOverAsync(await incoming.AuthenticateAsync(either.Token));
        }
        catch (PeerRefusedException e)
        {
            Refuse(e.Reason, e.RemoteEndPoint, e.Message);
        }
        catch (OperationCanceledException)
        {
            if (!_stopping.IsCancellationRequested)
                Refuse(CloseReason.HandshakeTimeout, incoming.RemoteEndPoint, $"The handshake was not finished within {_options.HandshakeTimeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e)
        {
            LinkLog.ListenerDefect(_log, kind, e);
        }
    }

    private async Task HandOverAsync(TransportConnection connection)
    {
        PeerLink? link = _links.FirstOrDefault(link => ReferenceEquals(link.Peer, connection.Peer));
        if (link is not null)
        {
            link.Accept(connection);
            return;
        }

        Refuse(CloseReason.UnknownPeer, connection.RemoteEndPoint, "The link of this peer was taken out of the configuration during the handshake.");
        await connection.DisposeAsync();
    }

    private void Refuse(CloseReason reason, EndPoint? remote, string text)
    {
        // A port scan must not fill the log; the callback hears of each one.
        if (_pace.MayLog())
            LinkLog.Refused(_log, remote?.ToString() ?? "somebody", reason, text);
        Refused?.Invoke(new RefusedPeer(reason, remote, text));
    }

    private async Task PauseAsync() => await Task.Delay(AcceptPause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
