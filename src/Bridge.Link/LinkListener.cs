using System.Net;
using Bridge.Link.Connections;
using Bridge.Link.Transports;
using Bridge.Link.Transports.Quic;
using Bridge.Link.Trust;
using Microsoft.Extensions.Logging;

namespace Bridge.Link;

/// <summary>A gateway's open port: authenticates whoever connects, over TCP and QUIC, and hands the connection to the link whose peer it is.</summary>
/// <remarks>Nothing that a stranger sends ends it. No protocol byte is read or sent before authentication.</remarks>
public sealed class LinkListener : IAsyncDisposable
{
    // Out of descriptors, for example: accepting again at once would only burn the processor.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly LinkListenerOptions options;
    private readonly GatewayIdentity identity;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly RunningTasks accepting = new();
    private readonly RunningTasks authenticating = new();
    private volatile IReadOnlyList<PeerLink> links;
    private IReadOnlyList<TransportListener> ports = [];
    private int disposed;

    /// <summary>Prepares a listener; <see cref="StartAsync"/> binds its ports.</summary>
    /// <param name="options">Where and what to listen for.</param>
    /// <param name="links">The links whose peers may connect; <see cref="Links"/> changes them.</param>
    /// <param name="identity">This gateway's key; stays the caller's.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="log">Where refusals are logged.</param>
    public LinkListener(LinkListenerOptions options, IReadOnlyList<PeerLink> links, GatewayIdentity identity, TimeProvider time, ILogger log)
    {
        this.options = options;
        this.links = links;
        this.identity = identity;
        this.time = time;
        this.log = log;
    }

    /// <summary>The links whose peers may connect, from the next handshake on. Stop a link after it was taken out.</summary>
    public IReadOnlyList<PeerLink> Links
    {
        get => links;
        set => links = value;
    }

    /// <summary>Called for everybody who connected and did not become a link's connection; on a listener thread, quickly please. For metrics.</summary>
    public Action<RefusedPeer>? Refused { get; set; }

    /// <summary>Where it listens, with real ports; empty before <see cref="StartAsync"/>.</summary>
    public IReadOnlyList<(TransportKind Kind, IPEndPoint EndPoint)> EndPoints => [.. ports.Select(port => (port.Kind, port.LocalEndPoint))];

    /// <summary>Binds the ports and begins to accept.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address is taken or not ours.</exception>
    /// <exception cref="NotSupportedException">Only QUIC is asked for and there is none.</exception>
    public async Task StartAsync()
    {
        ports = await new ListenerPorts(options, identity, NewVerification, () => links.Max(link => (int?)link.DeviceCount) ?? 0).BindAsync();
        if (options.Transport == TransportMode.Auto && QuicSupport.WhyNot is { } whyNot)
            LinkLog.ListeningWithoutQuic(log, whyNot);
        foreach (TransportListener port in ports)
        {
            LinkLog.Listening(log, port.LocalEndPoint.ToString(), port.Kind);
            accepting.Start(() => AcceptAsync(port));
        }
    }

    /// <summary>Closes the ports and joins everything. Connections that were handed over belong to their links.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await stopping.CancelAsync();
        await accepting.JoinAsync();
        await authenticating.JoinAsync();
        foreach (TransportListener port in ports)
            await port.DisposeAsync();
        stopping.Dispose();
    }

    private PeerVerification NewVerification() => new([.. links.Select(link => link.Peer)], time);

    private async Task AcceptAsync(TransportListener port)
    {
        while (!stopping.IsCancellationRequested)
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
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LinkLog.ListenerDefect(log, port.Kind, e);
                await PauseAsync();
            }
        }
    }

    private async Task AcceptOneAsync(TransportListener port)
    {
        IncomingConnection incoming = await port.AcceptAsync(stopping.Token);
        if (authenticating.Count < options.MaximumHandshakes)
        {
            authenticating.Start(() => AuthenticateAsync(incoming, port.Kind));
            return;
        }

        Refuse(CloseReason.TooManyHandshakes, incoming.RemoteEndPoint, $"{options.MaximumHandshakes} handshakes are pending.");
        await incoming.DisposeAsync();
    }

    private async Task AuthenticateAsync(IncomingConnection incoming, TransportKind kind)
    {
        using CancellationTokenSource limit = new(options.HandshakeTimeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping.Token);
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
            if (!stopping.IsCancellationRequested)
                Refuse(CloseReason.HandshakeTimeout, incoming.RemoteEndPoint, $"The handshake was not finished within {options.HandshakeTimeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e)
        {
            LinkLog.ListenerDefect(log, kind, e);
        }
    }

    private async Task HandOverAsync(TransportConnection connection)
    {
        PeerLink? link = links.FirstOrDefault(link => ReferenceEquals(link.Peer, connection.Peer));
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
        LinkLog.Refused(log, remote?.ToString() ?? "somebody", reason, text);
        Refused?.Invoke(new RefusedPeer(reason, remote, text));
    }

    private async Task PauseAsync() => await Task.Delay(AcceptPause, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
