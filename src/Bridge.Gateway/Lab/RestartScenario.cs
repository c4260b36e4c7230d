using System.Globalization;
using System.Text.Json.Nodes;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Reports;
using Spectre.Console;

namespace Bridge.Gateway.Lab;

/// <summary>
/// Two applications that send each other numbered messages without a break, while their gateways are killed in turn, at random moments, and started anew: with a descriptor store, so that the applications
/// notice a pause, or without one, so that they connect anew.
/// </summary>
internal sealed class RestartScenario(LabBench bench) : LabScenario(bench)
{
    /// <summary>What <c>--scenario</c> calls it.</summary>
    public const string Name = "restart";

    private const string Device = "rpmsg0", Service = "lab";
    private const int DefaultKills = 40;

    // Every so often a gateway, or the other one, is killed too while it starts.
    private const int KillsPerEarlyOne = 5;

    // Longer than the applications need to connect anew.
    private const int GraceSeconds = 60;

    private static readonly TimeSpan LongestLife = TimeSpan.FromMilliseconds(100), LongestStart = TimeSpan.FromMilliseconds(600);

    private readonly Random _random = new();
    private LabConnection? _device, _driver;

    /// <inheritdoc/>
    public override string Invitation => $"""
        Both gateways are running, each in its last life.
        Logs: {Bench.Virtio.LogFile}, {Bench.Vhost.LogFile}
        Press ctrl-c to stop.
        """;

    private bool HasStore => Bench.Options.Store;

    /// <inheritdoc/>
    public override async Task<LabReport> RunAsync(CancellationToken cancellation)
    {
        Bench.Start(
            Device,
            new JsonObject { ["channels"] = Terms() },
            new JsonObject { ["services"] = new JsonObject { [Service] = Terms() } },
            areKilled: true,
            areSupervised: HasStore);
        string transport = await Bench.JoinAsync(cancellation);
        await Bench.UntilReadyAsync(LabBench.StartPatience, cancellation);
        _device = await LabConnection.OpenAsync(SocketTarget.Service(Bench.Vhost.Places, Device, Service), !HasStore, Bench.Time, cancellation);
        _driver = await LabConnection.OpenAsync(SocketTarget.Channel(Bench.Virtio.Places, Device, Service), !HasStore, Bench.Time, cancellation);
        LabFlow there = new("to the device side", _driver, _device, 1, Bench.Time), back = new("to the driver side", _device, _driver, 2, Bench.Time);
        Task flows = Task.WhenAll(there.RunAsync(cancellation), back.RunAsync(cancellation));
        await UntilBothReceivedAsync(there, back, cancellation);
        string[] before = await AddressesAsync(cancellation);
        long kills = await KillAsync(there, back, flows, cancellation);
        string[] after = flows.IsCompleted ? before : await AddressesAsync(cancellation);
        there.Finish();
        back.Finish();
        await flows;
        return new LossLabReport
        {
            Scenario = Name,
            Transport = transport,
            Cuts = 0,
            Kills = kills,
            Messages = there.Delivery.Accepted + back.Delivery.Accepted,
            Lost = there.Delivery.Lost + back.Delivery.Lost,
            LostAtMost = HasStore || Bench.Options.Signal == LabSignal.Term ? 0 : kills * SocketCapacity.Measure(),
            Duplicated = there.Delivery.Duplicated + back.Delivery.Duplicated - there.Delivery.Repeated - back.Delivery.Repeated,
            Repeated = there.Delivery.Repeated + back.Delivery.Repeated,
            Corrupted = there.Receiver.Corrupted + back.Receiver.Corrupted,
            Reordered = there.Delivery.Reordered + back.Delivery.Reordered,
            ChangedAddresses = before.Except(after).Count(),
            Reconnects = _device.Ended + _driver.Ended,
            LongestPauseMilliseconds = Math.Round(Math.Max(there.Receiver.LongestPause.TotalMilliseconds, back.Receiver.LongestPause.TotalMilliseconds)),
        };
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _device?.Dispose();
        _driver?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<long> KillAsync(LabFlow there, LabFlow back, Task flows, CancellationToken cancellation)
    {
        int kills = Bench.Options.Kills ?? DefaultKills;
        for (int kill = 1; kill <= kills && !flows.IsCompleted; kill++)
        {
            LabGateway gateway = kill % 2 == 0 ? Bench.Vhost : Bench.Virtio;
            TimeSpan life = _random.NextDouble() * LongestLife;
            await Task.Delay(life, Bench.Time, cancellation);
            await EndAsync(gateway, kill, kills);
            if (kill % KillsPerEarlyOne == 0 && kill < kills && Bench.Options.Signal == LabSignal.Kill)
            {
                await Task.Delay(_random.NextDouble() * LongestStart, Bench.Time, cancellation);
                await EndAsync(_random.Next(2) == 0 ? Bench.Vhost : Bench.Virtio, ++kill, kills);
            }

            // Whichever ends first, with what it has to say: nothing for long is a hang.
            await await Task.WhenAny(flows, UntilBothReceivedAsync(there, back, cancellation));
        }

        return kills;
    }

    private async Task EndAsync(LabGateway gateway, int number, int all)
    {
        Bench.Progress.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{number} of {all}: {gateway.Name} (process {gateway.ProcessId}) is ended");
        await gateway.RestartAsync(Bench.Options.Signal == LabSignal.Kill);
    }

    private static Task UntilBothReceivedAsync(LabFlow there, LabFlow back, CancellationToken cancellation) =>
        Task.WhenAll(there.Receiver.UntilReceivedAsync(cancellation), back.Receiver.UntilReceivedAsync(cancellation));

    /// <summary>The addresses of names on both sides.</summary>
    private async Task<string[]> AddressesAsync(CancellationToken cancellation)
    {
        List<string> all = [];
        foreach (LabGateway gateway in new[] { Bench.Virtio, Bench.Vhost })
        {
            // It may have messages through before its admin socket.
            await gateway.WaitAsync(static _ => true, "its admin socket", LabBench.StartPatience, Bench.Time, cancellation);
            all.AddRange((await gateway.ReadChannelsAsync(cancellation))
                .Select(one => string.Create(CultureInfo.InvariantCulture, $"{gateway.Name}: {one.Kind} {one.Name} {one.Address} {one.Remote}")));
        }

        return [.. all];
    }

    private JsonObject Terms() => new() { ["graceSeconds"] = HasStore ? 0 : GraceSeconds };
}
