using System.Net;
using System.Security.Cryptography;
using Bridge.Link;
using Bridge.Link.Transports;
using Bridge.Link.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.LoadTests.Engine;

/// <summary>One side of the engine: its devices and the link that carries them.</summary>
internal sealed class EngineLink : IAsyncDisposable
{
    private const ushort RpmsgDevice = 7;

    private readonly PeerLink _link;
    private readonly LinkListener _listener;
    private readonly bool _drives;

    /// <param name="drives">The driver side, which dials; else the device side, which listens.</param>
    /// <param name="identity">Its key; stays the caller's.</param>
    /// <param name="peerFingerprint">The other side's.</param>
    /// <param name="transport">What carries it.</param>
    /// <param name="port">Of loopback.</param>
    /// <param name="rings">A device for each, as ENTRIESxBUFFERSIZE.</param>
    public EngineLink(bool drives, GatewayIdentity identity, string peerFingerprint, TransportMode transport, int port, IEnumerable<string> rings)
    {
        _drives = drives;
        Devices = rings.ToDictionary(ring => ring, ring => new EngineDevice(ring, drives));
        _link = new PeerLink(
            new LinkOptions
            {
                Name = "peer",
                Gateway = drives ? "near" : "far",
                Instance = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))),
                Peer = new PinnedKeys(peerFingerprint),
                Connect = drives ? [new LinkAddress(IPAddress.Loopback.ToString(), port)] : [],
                Transport = transport,
            },
            [.. Devices.Values.Select(device => new LaneRegistration(device.Name, RpmsgDevice, drives ? LaneRole.Driver : LaneRole.Device, device.Host))],
            identity,
            TimeProvider.System,
            NullLogger.Instance);
        _listener = new LinkListener(new LinkListenerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, port), Transport = transport }, [_link], identity, TimeProvider.System, NullLogger.Instance);
    }

    /// <summary>By ring.</summary>
    public IReadOnlyDictionary<string, EngineDevice> Devices { get; }

    /// <summary>Connects; the driver side's devices run afterwards.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (!_drives)
            await _listener.StartAsync();
        _link.Start();
        if (_drives)
            await Task.WhenAll(Devices.Values.Select(device => device.Driver!.Running)).WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _link.DisposeAsync();
        foreach (EngineDevice device in Devices.Values)
            await device.Host.DisposeAsync();
    }
}
