using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;
using Spectre.Console;

namespace Bridge.Gateway.Lab;

/// <summary>Two applications and an rpmsg channel between them: a file there and back, ping-pong, a burst.</summary>
internal sealed class ChannelScenario(LabBench bench) : LabScenario(bench)
{
    private const string Device = "rpmsg0", Service = "lab", Chat = "chat";
    private const int MaximumPayload = 496, PingPongs = 5000, PingLength = 64, BurstMessages = 100_000;

    /// <inheritdoc/>
    public override string Invitation => $"""
        Both gateways are running. Talk through them from two terminals, in this order; every line is one message:
          socat - UNIX-CONNECT:{SocketPath.Service(Bench.Vhost.RunDirectory, Device, Chat)},type=5
          socat - UNIX-CONNECT:{SocketPath.Channel(Bench.Virtio.RunDirectory, Device, Chat)},type=5
        Sockets: {Path.Combine(Bench.Virtio.RunDirectory, Device)} (virtio side), {Path.Combine(Bench.Vhost.RunDirectory, Device)} (vhost side)
        Logs: {Bench.Virtio.LogFile}, {Bench.Vhost.LogFile}
        Press ctrl-c to stop.
        """;

    /// <inheritdoc/>
    public override async Task<LabReport> RunAsync(CancellationToken cancellation)
    {
        Bench.Start(Device, [], new JsonObject { ["services"] = new JsonObject { [Service] = new JsonObject(), [Chat] = new JsonObject() } });
        string transport = await Bench.JoinAsync(cancellation);
        await Bench.UntilReadyAsync(LabBench.StartPatience, cancellation);
        return await MeasureAsync(transport, cancellation);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<ChannelLabReport> MeasureAsync(string transport, CancellationToken cancellation)
    {
        // The vhost side offers the service; the channel on the virtio side exists from then on.
        Socket device = await ConnectAsync(SocketTarget.Service(Bench.Vhost.Places, Device, Service), cancellation);
        Socket driver = await ConnectAsync(SocketTarget.Channel(Bench.Virtio.Places, Device, Service), cancellation);
        using var applications = new LabApplications(driver, device, MaximumPayload, Bench.Time);
        await using FileStream file = new(Bench.Options.File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16, useAsync: true);
        byte[] expected = await SHA256.HashDataAsync(file, cancellation);
        file.Position = 0;
        ChannelLabReport report = new() { Scenario = LabScenarios.Default, Transport = transport, Bytes = file.Length };
        await Bench.Progress.Progress().AutoClear(false).StartAsync(async context =>
        {
            ProgressTask sending = context.AddTask($"{Path.GetFileName(Bench.Options.File).EscapeMarkup()} there and back", maxValue: 1);
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

    private Task<Socket> ConnectAsync(SocketTarget target, CancellationToken cancellation) =>
        new SocketConnector(target, LabBench.StartPatience, TextWriter.Null, Bench.Time).ConnectAsync(cancellation);
}
