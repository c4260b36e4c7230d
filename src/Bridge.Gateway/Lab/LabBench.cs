using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Reports;
using Bridge.Link.Transports.Quic;
using Spectre.Console;

namespace Bridge.Gateway.Lab;

/// <summary>
/// Two gateways on loopback, with one device between them: what every scenario stands on. Progress goes to <paramref name="progress"/>, which is standard error.
/// </summary>
internal sealed class LabBench(LabOptions options, IAnsiConsole progress, TimeProvider time) : IAsyncDisposable
{
    /// <summary>How long anything may take that needs nothing but this machine.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private LabGateway? _virtio, _vhost;

    /// <summary>What the user asked for.</summary>
    public LabOptions Options => options;

    /// <summary>For people who watch.</summary>
    public IAnsiConsole Progress => progress;

    /// <summary>The clock of all waiting.</summary>
    public TimeProvider Time => time;

    /// <summary>Everything that the lab writes is below it; removed at the end.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("rpmsg-lab-").FullName;

    /// <summary>The gateway with the virtio side: the driver's.</summary>
    public LabGateway Virtio => _virtio ?? throw new InvalidOperationException("The gateways have not been started.");

    /// <summary>The gateway with the vhost side: the device's.</summary>
    public LabGateway Vhost => _vhost ?? throw new InvalidOperationException("The gateways have not been started.");

    /// <summary>Starts both gateways. Nothing is waited for.</summary>
    /// <param name="device">The device's name.</param>
    /// <param name="driverSide">Its configuration at the virtio side; <c>link</c> and <c>side</c> are added.</param>
    /// <param name="deviceSide">The same at the vhost side.</param>
    /// <param name="cable">What the link runs through, if it is to be cut; null: nothing.</param>
    /// <param name="areKilled">Whether the scenario kills them: one notices soon that the other one is silent.</param>
    /// <param name="areSupervised">Whether each of them has a service manager that keeps descriptors.</param>
    public void Start(string device, JsonObject driverSide, JsonObject deviceSide, LabCable? cable = null, bool areKilled = false, bool areSupervised = false)
    {
        // Two gateways that wait for each other in vain would say the same, later.
        if (options.Transport == "quic" && QuicSupport.WhyNot is { } whyNot)
            throw new CommandFailedException(ExitCode.Failure, $"{whyNot} Install it, or use --transport tcp.");
        _virtio = new LabGateway("virtio", Directory, areSupervised, time);
        _vhost = new LabGateway("vhost", Directory, areSupervised, time);
        IPEndPoint listen = LoopbackPort.Free();
        JsonObject towardsVirtio = Link(_virtio), towardsVhost = Link(_vhost);
        if (cable is not null || areKilled)
        {
            // A cut is noticed by silence, and over QUIC so is an end; so not much of that.
            foreach (JsonObject link in new[] { towardsVirtio, towardsVhost })
                link["keepAliveSeconds"] = LabCable.KeepAliveSeconds;
        }

        towardsVhost["connect"] = new JsonArray((cable?.Open(listen) ?? listen).ToString());
        _vhost.Start(towardsVirtio, device, "vhost", deviceSide, listen);
        _virtio.Start(towardsVhost, device, "virtio", driverSide);
        progress.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"gateways: virtio (process {_virtio.ProcessId}), vhost (process {_vhost.ProcessId}), logs in {Directory}");
    }

    /// <summary>Waits until the link is up, and says over which transport and why.</summary>
    /// <returns><c>quic</c> or <c>tcp</c>.</returns>
    public async Task<string> JoinAsync(CancellationToken cancellation)
    {
        GatewayReport status = await Virtio.WaitAsync(static report => report.Links[0].State == LinkState.Up, "the link", StartPatience, time, cancellation);
        LinkReport link = status.Links[0];
        string transport = link.Transport ?? "tcp";
        string sentence = transport == "quic"
            ? "Joined over QUIC: libmsquic loads on this machine."
            : $"Joined over TCP with TLS 1.3: {link.TransportReason ?? "the command line asked for it."}";
        progress.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{sentence}");
        return transport;
    }

    /// <summary>Waits until the device works end to end on both sides.</summary>
    public async Task UntilReadyAsync(TimeSpan patience, CancellationToken cancellation)
    {
        await Virtio.WaitAsync(static report => report.Readiness.Ready, "the link and the device", patience, time, cancellation);
        await Vhost.WaitAsync(static report => report.Readiness.Ready, "the link and the device", patience, time, cancellation);
    }

    /// <summary>Stops both gateways, which must end well, and removes what the lab made.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (LabGateway? gateway in new[] { _virtio, _vhost })
        {
            if (gateway is not null)
                await gateway.DisposeAsync();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private JsonObject Link(LabGateway peer) => new() { ["fingerprint"] = peer.Identity.Fingerprint.ToString(), ["transport"] = options.Transport };
}
