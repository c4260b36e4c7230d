using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Reports;
using Spectre.Console;

namespace Bridge.Gateway.Lab;

/// <summary>Two applications that send each other numbered messages without a break, while the link between their gateways is cut again and again, in every manner that the lab's cable knows.</summary>
internal sealed class LinkLossScenario(LabBench bench) : LabScenario(bench)
{
    /// <summary>What <c>--scenario</c> calls it.</summary>
    public const string Name = "link-loss";

    private const string Device = "rpmsg0", Service = "lab";
    private const int DefaultCuts = 40;

    // Shorter than the keep-alive, about as long, and longer: some cuts are noticed by the bytes that are missing, some by silence.
    private static readonly TimeSpan[] Outages = [TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    private readonly LabCable _cable = new(bench.Time);
    private Socket? _device, _driver;

    /// <inheritdoc/>
    public override string Invitation => $"""
        Both gateways are running, and the link is whole again.
        Logs: {Bench.Virtio.LogFile}, {Bench.Vhost.LogFile}
        Press ctrl-c to stop.
        """;

    /// <inheritdoc/>
    public override async Task<LabReport> RunAsync(CancellationToken cancellation)
    {
        Bench.Start(Device, [], new JsonObject { ["services"] = new JsonObject { [Service] = new JsonObject() } }, _cable);
        string transport = await Bench.JoinAsync(cancellation);
        await Bench.UntilReadyAsync(LabBench.StartPatience, cancellation);
        _device = await ConnectAsync(SocketTarget.Service(Bench.Vhost.Places, Device, Service), cancellation);
        _driver = await ConnectAsync(SocketTarget.Channel(Bench.Virtio.Places, Device, Service), cancellation);
        LabFlow there = new("to the device side", _driver, _device, 1, Bench.Time), back = new("to the driver side", _device, _driver, 2, Bench.Time);
        Task flows = Task.WhenAll(there.RunAsync(cancellation), back.RunAsync(cancellation));
        int cuts = Bench.Options.Cuts ?? DefaultCuts;
        for (int cut = 0; cut < cuts && !flows.IsCompleted; cut++)
        {
            await Task.WhenAll(there.Receiver.UntilReceivedAsync(cancellation), back.Receiver.UntilReceivedAsync(cancellation));
            TimeSpan outage = Outages[cut / 2 % Outages.Length];
            bool reset = cut % 2 == 0;
            Bench.Progress.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"cut {cut + 1} of {cuts}: {(reset ? "reset" : "silence")}, {outage.TotalMilliseconds:0} ms");
            await _cable.CutAsync(outage, reset, cancellation);
        }

        there.Finish();
        back.Finish();
        await flows;
        return new LossLabReport
        {
            Scenario = Name,
            Transport = transport,
            Cuts = _cable.Cuts,
            Kills = 0,
            Messages = there.Delivery.Accepted + back.Delivery.Accepted,
            Lost = there.Delivery.Lost + back.Delivery.Lost,
            Duplicated = there.Delivery.Duplicated + back.Delivery.Duplicated,
            Repeated = 0,
            Corrupted = there.Receiver.Corrupted + back.Receiver.Corrupted,
            Reordered = there.Delivery.Reordered + back.Delivery.Reordered,
            LongestPauseMilliseconds = Math.Round(Math.Max(there.Receiver.LongestPause.TotalMilliseconds, back.Receiver.LongestPause.TotalMilliseconds)),
        };
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _device?.Dispose();
        _driver?.Dispose();
        await _cable.DisposeAsync();
    }

    private Task<Socket> ConnectAsync(SocketTarget target, CancellationToken cancellation) =>
        new SocketConnector(target, LabBench.StartPatience, TextWriter.Null, Bench.Time).ConnectAsync(cancellation);
}
