using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Reports;
using Bridge.Link.Transports.Quic;
using Spectre.Console;

namespace Bridge.Gateway.Lab;

/// <summary>The lab's default scenario, from two keys to a verdict. Progress goes to <paramref name="progress"/>, which is standard error.</summary>
internal sealed class LabRun(LabOptions options, IAnsiConsole progress, TimeProvider time) : IAsyncDisposable
{
    private const string Service = "lab", Chat = "chat";
    private const int MaximumPayload = 496, PingPongs = 5000, PingLength = 64, BurstMessages = 100_000;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("rpmsg-lab-").FullName;
    private LabGateway? _virtio, _vhost;

    /// <summary>Says which transport the gateways joined over, and why.</summary>
    public string TransportSentence { get; private set; } = "";

    /// <summary>Starts both gateways and waits until the device runs on both.</summary>
    /// <returns><c>quic</c> or <c>tcp</c>.</returns>
    public async Task<string> StartAsync(CancellationToken cancellation)
    {
        // Two gateways that wait for each other in vain would say the same, later.
        if (options.Transport == "quic" && QuicSupport.WhyNot is { } whyNot)
            throw new CommandFailedException(ExitCode.Failure, $"{whyNot} Install it, or use --transport tcp.");
        _virtio = new LabGateway("virtio", _directory, time);
        _vhost = new LabGateway("vhost", _directory, time);
        int port = FreePort();
        _vhost.Start(new JsonObject { ["fingerprint"] = _virtio.Identity.Fingerprint.ToString(), ["transport"] = options.Transport }, "vhost", port, Service, Chat);
        _virtio.Start(
            new JsonObject { ["fingerprint"] = _vhost.Identity.Fingerprint.ToString(), ["transport"] = options.Transport, ["connect"] = new JsonArray($"127.0.0.1:{port}") }, "virtio", null);
        progress.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"gateways: virtio (process {_virtio.ProcessId}), vhost (process {_vhost.ProcessId}), logs in {_directory}");
        GatewayReport status = await _virtio.WaitAsync(r => r.Readiness.Ready, "the link and the device", StartPatience, time, cancellation);
        await _vhost.WaitAsync(r => r.Readiness.Ready, "the link and the device", StartPatience, time, cancellation);
        LinkReport link = status.Links[0];
        string transport = link.Transport ?? "tcp";
        TransportSentence = transport == "quic"
            ? "Joined over QUIC: libmsquic loads on this machine."
            : $"Joined over TCP with TLS 1.3: {link.TransportReason ?? "the command line asked for it."}";
        progress.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{TransportSentence}");
        return transport;
    }

    /// <summary>Opens the applications and runs file, ping-pong and burst.</summary>
    public async Task<LabReport> MeasureAsync(string transport, CancellationToken cancellation)
    {
        // The vhost side offers the service; the channel on the virtio side exists from then on.
        Socket device = await ConnectAsync(SocketTarget.Service(_vhost!.Places, LabGateway.Device, Service), cancellation);
        Socket driver = await ConnectAsync(SocketTarget.Channel(_virtio!.Places, LabGateway.Device, Service), cancellation);
        using var applications = new LabApplications(driver, device, MaximumPayload, time);
        await using FileStream file = new(options.File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16, useAsync: true);
        byte[] expected = await SHA256.HashDataAsync(file, cancellation);
        file.Position = 0;
        LabReport report = new() { Scenario = "default", Transport = transport, Bytes = file.Length };
        await progress.Progress().AutoClear(false).StartAsync(async context =>
        {
            ProgressTask sending = context.AddTask($"{Path.GetFileName(options.File).EscapeMarkup()} there and back", maxValue: 1);
            ProgressTask pinging = context.AddTask("ping-pong", maxValue: 1);
            ProgressTask bursting = context.AddTask("burst", maxValue: 1);
            (byte[] there, byte[] back) = await applications.TransferAsync(file, part => sending.Value = part, cancellation);
            sending.Value = 1;
            RoundTripReport times = (await applications.PingPongAsync(PingPongs, PingLength, part => pinging.Value = part, cancellation)).ToReport()!;
            double rate = await applications.BurstAsync(BurstMessages, part => bursting.Value = part, cancellation);
            bursting.Value = 1;
            report = report with
            {
                Sha256Match = expected.AsSpan().SequenceEqual(there) && expected.AsSpan().SequenceEqual(back),
                RttMicroseconds = new RoundTripReport { P50 = times.P50, P99 = times.P99 },
                MessagesPerSecond = Math.Round(rate),
            };
        });
        return report with
        {
            Messages = applications.Messages,
            Lost = applications.Lost,
            Duplicated = applications.Duplicated,
            Reordered = applications.Reordered,
        };
    }

    /// <summary>What a person types to talk through the bridge from two terminals.</summary>
    public string Invitation() => $"""
        Both gateways are running. Talk through them from two terminals, in this order; every line is one message:
          socat - UNIX-CONNECT:{_vhost!.Service(Chat)},type=5
          socat - UNIX-CONNECT:{_virtio!.Channel(Chat)},type=5
        Sockets: {Path.Combine(_virtio.RunDirectory, LabGateway.Device)} (virtio side), {Path.Combine(_vhost.RunDirectory, LabGateway.Device)} (vhost side)
        Logs: {_virtio.LogFile}, {_vhost.LogFile}
        Press ctrl-c to stop.
        """;

    /// <summary>Stops both gateways, which must end well, and removes what the lab made.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (LabGateway? gateway in new[] { _virtio, _vhost })
        {
            if (gateway is not null)
                await gateway.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private Task<Socket> ConnectAsync(SocketTarget target, CancellationToken cancellation) =>
        new SocketConnector(target, StartPatience, TextWriter.Null, time).ConnectAsync(cancellation);

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
