using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Composition;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Metrics;
using Bridge.Gateway.Reports;
using Bridge.Gateway.Service;
using Bridge.Link;
using Bridge.Link.Transports.Quic;
using Bridge.Link.Trust;
using Bridge.Linux;
using Bridge.Ports.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway;

/// <summary>The gateway in a process: its links and devices, started and stopped together. Reports may be asked for on any thread.</summary>
internal sealed partial class GatewayHost(
    GatewayConfiguration configuration, GatewayIdentity identity, ServiceNotifier notifier, TimeProvider time, ILoggerFactory loggers) : IHostedService, IGatewayReports, IGatewayMeasures, IAsyncDisposable
{
    // What a peer does not take by then it will hardly take at all; the service manager's patience is longer.
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);

    // The manager reads within milliseconds.
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = loggers.CreateLogger<GatewayHost>();
    private readonly long _started = time.GetTimestamp();
    private readonly List<BridgedDevice> _devices = [];
    private readonly List<PeerLink> _links = [];
    private readonly List<LinkListener> _listeners = [];
    private readonly RefusedPeers _refused = new();
    private ServiceDescriptorStore? _store;

    /// <summary>The program's version, without the commit behind a plus sign.</summary>
    public static string Version { get; } =
        typeof(GatewayHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Devices first, then links, then the ports: whoever connects finds everything in place.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ILookup<bool, InheritedDescriptor> inherited = InheritedDescriptor.TakeAll(Environment.GetEnvironmentVariable).ToLookup(ServiceDescriptorStore.IsKept);
        if (notifier.DescriptorLimit > 0)
            _store = new ServiceDescriptorStore(notifier, inherited[true], loggers.CreateLogger<ServiceDescriptorStore>());
        try
        {
            foreach (DeviceConfiguration device in configuration.Devices)
                _devices.Add(new BridgedDevice(device, configuration, _store, time, loggers));
        }
        catch (RunDirectoryException unusable)
        {
            throw new CommandFailedException(ExitCode.Failure, unusable.Message, unusable);
        }

        _store?.EndFormer([.. _devices.Select(device => device.Name)]);
        ulong instance = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        ILogger linkLog = loggers.CreateLogger<PeerLink>();
        foreach (LinkConfiguration link in configuration.Links)
        {
            LaneRegistration[] lanes = [.. _devices.Where(device => device.Link == link.Peer).Select(device => device.Lane)];
            _links.Add(new PeerLink(BridgedLink.Options(link, configuration.Name, instance), lanes, identity, time, linkLog));
        }

        foreach (BridgedDevice device in _devices)
            device.Listen();
        foreach (PeerLink link in _links)
            link.Start();
        await StartListenersAsync(InheritedListeners.Find(inherited[false]), linkLog, cancellationToken);
    }

    /// <summary>Logs that everything, the admin API included, is there.</summary>
    public void SayStarted()
    {
        LogStarted(_logger, configuration.Name, configuration.RunDirectory, configuration.AdminSocket, QuicSupport.WhyNot is null ? "QUIC, TCP" : "TCP");
        if (!ProcessMemory.IsPrivate)
            LogDumpable(_logger);
    }

    /// <summary>Nobody new comes in; applications' services are withdrawn while the link can still say so; then links, then devices.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (LinkListener listener in _listeners)
            await listener.DisposeAsync();
        await Task.WhenAll(_devices.Select(device => device.DrainAsync(DrainPatience)));
        await Task.WhenAll(_links.Select(link => link.StopAsync()));
        foreach (BridgedDevice device in _devices)
            await device.DisposeAsync();
        if (_store is not null)
            await _store.FlushAsync(StorePatience, time);
        LogStopped(_logger, configuration.Name);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Changes what may change while links and devices go on, all or nothing; names the rest. One call at a time.</summary>
    /// <exception cref="CommandFailedException">It cannot be applied now; nothing was changed.</exception>
    public async Task<ReloadReport> ApplyAsync(GatewayConfiguration wanted)
    {
        ConfigurationChange change = new(configuration, wanted);
        LiveChange live = new(configuration, change.Outcome, identity, _links, _devices);
        await live.ApplyAsync();
        configuration = change.Outcome;
        return new ReloadReport { Applied = true, Changed = [.. change.Changed, .. live.Changed], NeedRestart = change.NeedRestart, Errors = [] };
    }

    /// <inheritdoc/>
    public async Task<GatewayReport> StatusAsync()
    {
        LinkReport[] links = [.. _links.Select(link => BridgedLink.Report(link.Status))];
        DeviceReport[] devices = [.. (await Task.WhenAll(_devices.Select(device => device.ReadAsync()))).Select(read => read.Device)];
        (IReadOnlyDictionary<string, long>? refused, string? lastRefused) = _refused.Read();
        return new GatewayReport
        {
            Name = configuration.Name,
            Version = Version,
            Fingerprint = identity.Fingerprint,
            UptimeSeconds = Math.Round(time.GetElapsedTime(_started).TotalSeconds, 3),
            Readiness = ReadinessReport.Of(links, devices),
            Listen = [.. _listeners.SelectMany(listener => listener.EndPoints).Select(point => $"{point.EndPoint} ({point.Kind.ToString().ToLowerInvariant()})")],
            Refused = refused,
            LastRefused = lastRefused,
            Links = links,
            Devices = devices,
        };
    }

    /// <inheritdoc/>
    public async Task<ChannelsReport> ChannelsAsync() =>
        new() { Channels = [.. (await Task.WhenAll(_devices.Select(device => device.ReadAsync()))).SelectMany(read => read.Channels)] };

    /// <inheritdoc/>
    public async Task<RingsReport> RingsAsync() => new() { Devices = [.. (await Task.WhenAll(_devices.Select(device => device.ReadRingsAsync()))).SelectMany(rings => rings)] };

    /// <inheritdoc/>
    public async Task<GatewayMeasures> MeasureAsync()
    {
        LinkStatus[] links = [.. _links.Select(link => link.Status)];
        DeviceMeasures[] devices = await Task.WhenAll(_devices.Select(device => device.MeasureAsync()));
        return new GatewayMeasures(
            configuration.Name,
            Version,
            ReadinessReport.Of([.. links.Select(BridgedLink.Report)], [.. devices.Select(device => device.Report)]).Ready,
            _refused.Read().Reasons,
            links,
            devices);
    }

    /// <summary>What a service manager listens on already comes first; the configuration's addresses need not be bound again then.</summary>
    private async Task StartListenersAsync(Dictionary<IPEndPoint, Socket> inherited, ILogger log, CancellationToken cancellation)
    {
        foreach (HostPort address in configuration.Listen)
        {
            foreach (IPAddress host in await ResolveAsync(address, cancellation))
            {
                IPEndPoint endPoint = new(host, address.Port);
                inherited.Remove(endPoint, out Socket? socket);
                await ListenAsync(address.ToString(), endPoint, socket, log);
            }
        }

        foreach ((IPEndPoint endPoint, Socket socket) in inherited)
            await ListenAsync(endPoint.ToString(), endPoint, socket, log);
    }

    private async Task ListenAsync(string address, IPEndPoint endPoint, Socket? socket, ILogger log)
    {
        var listener = new LinkListener(new LinkListenerOptions { EndPoint = endPoint, Inherited = socket }, _links, identity, time, log) { Refused = _refused.Add };
        _listeners.Add(listener);
        try
        {
            await listener.StartAsync();
        }
        catch (SocketException failure)
        {
            throw new CommandFailedException(
                ExitCode.Failure, $"listen: {address} cannot be used: {failure.Message}. Stop what has the port, or choose another address in the configuration.", failure);
        }
    }

    private static async Task<IPAddress[]> ResolveAsync(HostPort address, CancellationToken cancellation)
    {
        // Every address of both families: the listener binds IPv6 in dual mode.
        if (address.Host == "*")
            return [IPAddress.IPv6Any];
        if (IPAddress.TryParse(address.Host, out IPAddress? literal))
            return [literal];
        try
        {
            return await Dns.GetHostAddressesAsync(address.Host, cancellation);
        }
        catch (SocketException failure)
        {
            throw new CommandFailedException(ExitCode.Failure, $"listen: the name in {address} has no address here: {failure.Message}. Use an address of this machine, or * for all.", failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Gateway {Gateway} runs; sockets in {RunDirectory}, admin API on {AdminSocket}; transports: {Transports}.")]
    private static partial void LogStarted(ILogger logger, string gateway, string runDirectory, string adminSocket, string transports);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The system does not let this process keep its memory, and the key in it, to itself: set the limit of core dumps to 0.")]
    private static partial void LogDumpable(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Gateway {Gateway} has stopped.")]
    private static partial void LogStopped(ILogger logger, string gateway);
}
