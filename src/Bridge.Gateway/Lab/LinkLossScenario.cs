using System.Globalization;
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
    private LabConnection? _device, _driver;

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
        // Over one transport alone there is no other to go on with.
        CutManner[] manners = [.. Enum.GetValues<CutManner>().Where(manner => manner != CutManner.OtherTransport || Bench.Options.Transport == "auto")];
        NumberedReceiver[] receivers = [there.Receiver, back.Receiver];
        TimeSpan slowest = TimeSpan.Zero;
        for (int cut = 0; cut < cuts && !flows.IsCompleted; cut++)
        {
            CutManner manner = manners[cut % manners.Length];
            // Every manner meets every outage.
            TimeSpan outage = Outages[(cut + cut / manners.Length) % Outages.Length];
            Bench.Progress.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"cut {cut + 1} of {cuts}: {manner}, {(manner == CutManner.AddressChange ? 0 : outage.TotalMilliseconds):0} ms");
            foreach (NumberedReceiver receiver in receivers)
                receiver.Mark();
            await _cable.CutAsync(manner, outage, cancellation);
            await Task.WhenAll(receivers.Select(receiver => receiver.UntilReceivedAsync(cancellation)));
            TimeSpan first = await FirstMessageAsync(receivers, cancellation);
            slowest = first > slowest ? first : slowest;
        }

        _cable.Mend();
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
            FirstMessageMilliseconds = Math.Round(slowest.TotalMilliseconds, 1),
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

    /// <summary>How long after the newest handshake, at the gateway that completed it last, the first message came out of the slower direction; zero if that connection has lasted through the cut.</summary>
    private async Task<TimeSpan> FirstMessageAsync(NumberedReceiver[] receivers, CancellationToken cancellation)
    {
        long established = long.MinValue;
        foreach (LabGateway gateway in new[] { Bench.Virtio, Bench.Vhost })
        {
            GatewayReport status = await gateway.WaitAsync(static report => report.Links[0].State == LinkState.Up, "the link", LabBench.StartPatience, Bench.Time, cancellation);
            established = Math.Max(established, Bench.Time.GetTimestamp() - (long)((status.Links[0].UpSeconds ?? 0) * Bench.Time.TimestampFrequency));
        }

        TimeSpan slowest = TimeSpan.Zero;
        foreach ((TimeSpan pause, long resumed) in receivers.Select(static receiver => receiver.Resumed))
        {
            TimeSpan after = Bench.Time.GetElapsedTime(established, resumed);
            // A pause that began after the handshake is none of the cut's.
            if (after < pause && after > slowest)
                slowest = after;
        }

        return slowest;
    }

    private Task<LabConnection> ConnectAsync(SocketTarget target, CancellationToken cancellation) => LabConnection.OpenAsync(target, reconnects: false, Bench.Time, cancellation);
}
