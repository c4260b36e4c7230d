using System.Collections.Concurrent;
using System.Net;
using Bridge.Link.Transports;
using Bridge.Link.Trust;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Link.Tests;

/// <summary>One gateway's end of a link on loopback: a link with one device, and a listener where asked for.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private LinkListener? listener;


    public TestGateway(
        string name,
        GatewayIdentity identity,
        GatewayIdentity peer,
        LaneRole role,
        Signal signal,
        LinkAddress[]? connect = null,
        TransportMode transport = TransportMode.Tcp,
        TimeProvider? time = null,
        Func<LinkOptions, LinkOptions>? change = null,
        PeerTrust? trust = null,
        ILogger? log = null)
    {
        Log = log ?? NullLogger.Instance;
        Identity = identity;
        Signal = signal;
        Time = time ?? TimeProvider.System;
        LinkOptions options = new()
        {
            Name = name,
            Gateway = name,
            // Alpha's is the smaller one: connections that alpha dials have odd numbers.
            Instance = name == "alpha" ? 1u : 2u,
            Peer = trust ?? new PinnedKeys(peer.Fingerprint),
            Connect = connect ?? [],
            Transport = transport,
            MinimumBackOff = TimeSpan.FromMilliseconds(10),
            MaximumBackOff = TimeSpan.FromMilliseconds(100),
        };
        Lane.Received = _ => signal.Pulse();
        Lane.Up = _ => signal.Pulse();
        Link = new PeerLink(change?.Invoke(options) ?? options, [new LaneRegistration("m4", 7, role, Lane)], identity, Time, Log)
        {
            ConnectionEnded = (_, reason) =>
            {
                Ended.Enqueue(reason);
                signal.Pulse();
            },
            ConnectionFailed = (_, reason) =>
            {
                Failed.Enqueue(reason);
                signal.Pulse();
            },
            StateChanged = _ => signal.Pulse(),
        };
    }

    public GatewayIdentity Identity { get; }

    public Signal Signal { get; }

    public TimeProvider Time { get; }

    public ILogger Log { get; }

    public RecordingLane Lane { get; } = new();

    public LinkListener Listener => listener!;

    public PeerLink Link { get; }

    public ConcurrentQueue<CloseReason> Ended { get; } = [];

    public ConcurrentQueue<CloseReason> Failed { get; } = [];

    public ConcurrentQueue<RefusedPeer> Refused { get; } = [];

    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.None, 0);

    public LinkAddress Address => new(EndPoint.Address.ToString(), EndPoint.Port);

    public bool IsUp => Link.Status.State == LinkState.Connected;

    public async Task ListenAsync(TransportMode transport = TransportMode.Tcp, IPEndPoint? at = null, Func<LinkListenerOptions, LinkListenerOptions>? change = null)
    {
        LinkListenerOptions options = new() { EndPoint = at ?? new IPEndPoint(IPAddress.Loopback, 0), Transport = transport };
        listener = new LinkListener(change?.Invoke(options) ?? options, [Link], Identity, Time, Log)
        {
            Refused = refused =>
            {
                Refused.Enqueue(refused);
                Signal.Pulse();
            },
        };
        await listener.StartAsync();
        EndPoint = listener.EndPoints[0].EndPoint;
    }

    public void Send(params byte[] payload)
    {
        LaneOutput output = Lane.Output!;
        payload.CopyTo(output.Begin(FrameType.Posted, epoch: 1));
        output.End(payload.Length);
        output.Flush();
    }

    public async ValueTask DisposeAsync()
    {
        if (listener is not null)
            await listener.DisposeAsync().AsTask().WaitAsync(Signal.Bound);
        await Link.DisposeAsync().AsTask().WaitAsync(Signal.Bound);
    }
}
