using System.Net;
using System.Net.Sockets;
using Bridge.Link.Transports;
using Bridge.Link.Transports.Quic;
using Bridge.Link.Transports.Tcp;
using Bridge.Link.Trust;

namespace Bridge.Link.Connections;

/// <summary>Dials a link's peer: every address, every allowed transport, each with its own time limit, until a hello is answered.</summary>
/// <remarks>One dial at a time.</remarks>
internal sealed class LinkDialler(LinkOptions options, GatewayIdentity identity, ConnectionSettings settings, ConnectionSlot slot, RunningTasks running)
{
    // Silence after TCP's own handshake that means more than a refusal, which takes a round trip or two: data of full size is lost.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(2);

    private readonly DialTargets _targets = new(options, settings.Time);

    private volatile IReadOnlyList<LinkAddress> _addresses = options.Connect;

    // When the attempt under way got through to TCP's listener.
    private long? _tcpSince;

    /// <summary>Why the last dial did not use QUIC although it might have; null otherwise.</summary>
    public string? Note { get; private set; } = options.Transport == TransportMode.Auto ? QuicSupport.WhyNot : null;

    /// <summary>Where the peer is dialled, from the next dial on; any thread.</summary>
    public IReadOnlyList<LinkAddress> Addresses
    {
        get => _addresses;
        set => _addresses = value;
    }

    /// <summary>Dials once.</summary>
    /// <param name="series">Cancelled when an inbound connection makes the dial needless, or the link stops.</param>
    /// <returns>A connection whose lanes are up.</returns>
    /// <exception cref="DialFailedException">Nobody answered; the message has a sentence per attempt.</exception>
    /// <exception cref="OperationCanceledException">`series` was cancelled.</exception>
    public async Task<LinkConnection> DialAsync(CancellationTokenSource series)
    {
        List<string> failures = [];
        CloseReason reason = CloseReason.TransportFailed;
        foreach (LinkAddress address in _addresses)
        {
            foreach (IPEndPoint endPoint in await ResolveAsync(address, failures, series.Token))
            {
                Attempt attempt = await TryEachTransportAsync(endPoint, $"{address}{(endPoint.Address.ToString() == address.Host ? "" : $" ({endPoint.Address})")}", failures, series);
                if (attempt.Connection is { } connection)
                    return connection;
                reason = attempt.Reason;
                // The peer has answered and does not want us: another way to it would not change that.
                if (attempt.RefusedByPeer)
                    throw new DialFailedException(reason, failures[^1]);
            }
        }

        throw new DialFailedException(reason, string.Join(" ", failures));
    }

    private async Task<Attempt> TryEachTransportAsync(IPEndPoint endPoint, string name, List<string> failures, CancellationTokenSource series)
    {
        string? quicFailure = null;
        TransportKind[] order = _targets.Order(endPoint);
        for (int i = 0; ; i++)
        {
            // Before the attempt: whoever sees the connection up sees why it is not QUIC.
            if (quicFailure is not null)
                Note = $"TCP is used because QUIC did not lead to {endPoint}: {quicFailure} QUIC is tried again at reconnects after {options.QuicRest.TotalSeconds:0} s.";
            Attempt attempt = await TryAsync(endPoint, order[i], series);
            if (order[i] == TransportKind.Tcp)
                WatchPath(endPoint, attempt);
            if (attempt.Connection is not null)
            {
                if (order[i] == TransportKind.Quic)
                    Note = null;
                else if (quicFailure is not null)
                    _targets.Rest(endPoint);
                return attempt;
            }

            failures.Add($"{name} over {order[i]}: {attempt.Text}");
            if (attempt.RefusedByPeer || i == order.Length - 1)
                return attempt;
            quicFailure = attempt.Text;
        }
    }

    /// <summary>
    /// Learns from an attempt over TCP whether the path loses packets of full size (a middle router with a smaller MTU whose ICMP is filtered): TCP's own small packets pass, a certificate does
    /// not. Either end may give up first, so what tells is the time that passed without a hello.
    /// </summary>
    private void WatchPath(IPEndPoint endPoint, Attempt attempt)
    {
        bool isSilent = attempt is { Connection: null, RefusedByPeer: false } && _tcpSince is { } since
            && settings.Time.GetElapsedTime(since) >= (options.HelloTimeout / 2 < LongestSilence ? options.HelloTimeout / 2 : LongestSilence);
        bool holds = attempt.Connection is not null && _targets.IsNarrow(endPoint);
        if ((isSilent || holds) && _targets.Narrow(endPoint))
            LinkLog.NarrowPath(settings.Log, options.Name, endPoint.ToString(), TcpTransport.NarrowSegment);
    }

    private async Task<IPEndPoint[]> ResolveAsync(LinkAddress address, List<string> failures, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = new(options.ConnectTimeout, settings.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await DialTargets.ResolveAsync(address, either.Token);
        }
        catch (SocketException e)
        {
            failures.Add($"{address.Host} does not resolve: {e.Message}.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            failures.Add($"{address.Host} was not resolved within {options.ConnectTimeout.TotalSeconds:0.#} s.");
        }

        return [];
    }

    private async Task<Attempt> TryAsync(IPEndPoint endPoint, TransportKind kind, CancellationTokenSource series)
    {
        bool mayFallBack = kind == TransportKind.Quic && options.Transport == TransportMode.Auto;
        TimeSpan patience = mayFallBack ? options.QuicPatience : options.ConnectTimeout;
        using CancellationTokenSource limit = new(patience, settings.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, series.Token);
        try
        {
            TransportConnection transport = await ConnectAsync(endPoint, kind, patience, either.Token);
            // TCP's hello has the session's own time limit; QUIC's counts against the patience, because a path may pass the handshake and lose full-size packets.
            return await GreetAsync(transport, series, mayFallBack ? either.Token : series.Token);
        }
        catch (PeerRefusedException e)
        {
            return new Attempt(null, e.Reason, e.Message, RefusedByPeer: false);
        }
        catch (OperationCanceledException) when (!series.IsCancellationRequested)
        {
            return new Attempt(null, CloseReason.TransportFailed, $"no answer within {patience.TotalSeconds:0.#} s.", RefusedByPeer: false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return new Attempt(null, CloseReason.TransportFailed, e.Message, RefusedByPeer: false);
        }
    }

    private async ValueTask<TransportConnection> ConnectAsync(IPEndPoint endPoint, TransportKind kind, TimeSpan patience, CancellationToken cancellation)
    {
        PeerVerification peer = new([options.Peer], settings.Time);
        if (kind == TransportKind.Tcp)
            return await ConnectTcpAsync(endPoint, peer, cancellation);
        if (QuicSupport.IsAvailable)
            return await QuicTransport.ConnectAsync(endPoint, identity, peer, patience, cancellation);
        throw new PeerRefusedException(CloseReason.NotSupported, endPoint, QuicSupport.WhyNot!);
    }

    private async ValueTask<TransportConnection> ConnectTcpAsync(IPEndPoint endPoint, PeerVerification peer, CancellationToken cancellation)
    {
        _tcpSince = null;
        Socket socket = await TcpTransport.ConnectAsync(endPoint, _targets.IsNarrow(endPoint), cancellation);
        _tcpSince = settings.Time.GetTimestamp();
        return await TcpTransport.AuthenticateAsync(socket, endPoint, identity, peer, cancellation);
    }

    private async Task<Attempt> GreetAsync(TransportConnection transport, CancellationTokenSource series, CancellationToken cancellation)
    {
        LinkConnection connection = new(transport, initiator: true, settings, slot);
        if (!slot.TryGreet(series, connection))
        {
            await connection.DiscardAsync();
            throw new OperationCanceledException(series.Token);
        }

        running.Start(connection.RunAsync);
        try
        {
            if (await connection.Greeted.WaitAsync(cancellation))
                return new Attempt(connection, CloseReason.None, "", RefusedByPeer: false);
        }
        catch (OperationCanceledException)
        {
            CloseReason why = slot.IsClosed ? CloseReason.Shutdown : series.IsCancellationRequested ? CloseReason.SimultaneousOpen : CloseReason.HelloTimeout;
            connection.RequestClose(why, "The dial was given up before its hello was answered.");
            await connection.Ended;
            // It may have come up in the last moment; then it is closed again, and the next dial finds the peer.
            throw;
        }

        SessionView view = connection.View;
        return new Attempt(null, view.Reason, view.Explain(identity.Fingerprint), view.ClosedByPeer);
    }

    private sealed record Attempt(LinkConnection? Connection, CloseReason Reason, string Text, bool RefusedByPeer);
}
