using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Reports;
using Spectre.Console;

namespace Bridge.Gateway.Lab;

/// <summary>The Linux kernel's own rpmsg drivers in a guest, and an application at a socket of the other gateway: a burst both ways at once while the link is cut.</summary>
internal sealed partial class KernelScenario(LabBench bench) : LabScenario(bench)
{
    /// <summary>What <c>--scenario</c> calls it.</summary>
    public const string Name = "kernel";

    private const string Device = "rpmsg0", Service = "rpmsg-raw";
    private const int Burst = 20_000, Cuts = 2;
    private const int FromGuestSeed = 1, ToGuestSeed = 2;

    // Linux gives a writer that makes no progress up after 15 s.
    private static readonly TimeSpan CutDuration = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromMinutes(2);

    private readonly LabCable _cable = new(bench.Time);
    private LabGuest? _guest;
    private LabConnection? _application;

    /// <inheritdoc/>
    public override string Invitation => $"""
        The guest and both gateways are running. Look at the rings and the channels on either side:
          rpmsg-bridge rings --admin-socket {Bench.Virtio.Places.AdminSocket}
          rpmsg-bridge channels --admin-socket {Bench.Vhost.Places.AdminSocket}
        Logs: {Bench.Virtio.LogFile}, {Bench.Vhost.LogFile}, the guest's kernel {_guest?.LogFile}
        Press ctrl-c to stop.
        """;

    private string FrontEndSocket => Path.Combine(Bench.Virtio.RunDirectory, $"{Device}.vhost");

    private LabGuest Guest => _guest!;

    private LabConnection Application => _application!;

    /// <inheritdoc/>
    public override async Task<LabReport> RunAsync(CancellationToken cancellation)
    {
        string files = LabGuest.FindDirectory(Bench.Options.Guest, "tests/kernel/prepare", "kernel", "linux", "initramfs.gz");
        Bench.Start(
            Device,
            new JsonObject { ["port"] = "vhost-user", ["unsealedMemory"] = true },
            new JsonObject { ["services"] = new JsonObject { [Service] = new JsonObject() } },
            _cable);
        string transport = await Bench.JoinAsync(cancellation);
        await Bench.Virtio.WaitAsync(_ => File.Exists(FrontEndSocket), "the guest's socket", LabBench.StartPatience, Bench.Time, cancellation);
        await BootAsync(files, cancellation);
        return await ExchangeAsync(transport, cancellation);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _application?.Dispose();
        if (_guest is not null)
            await _guest.DisposeAsync();
        await _cable.DisposeAsync();
    }

    private async Task BootAsync(string files, CancellationToken cancellation)
    {
        Say($"the guest boots: {files}");
        string state = Directory.CreateDirectory(Path.Combine(Bench.Directory, "uml")).FullName;
        _guest = await LabGuest.StartAsync(
            Path.Combine(files, "linux"),
            [
                "mem=128M", $"initrd={Path.Combine(files, "initramfs.gz")}", "con0=null,fd:2", "con1=fd:0,fd:1", $"uml_dir={state}/", "umid=guest",
                $"virtio_uml.device={FrontEndSocket}:7",
            ],
            Path.Combine(Bench.Directory, "guest.log"),
            Bench.Time,
            cancellation);
        await Bench.UntilReadyAsync(Patience, cancellation);
        Say($"Linux {Guest.Release} has its rpmsg bus");
    }

    private async Task<KernelLabReport> ExchangeAsync(string transport, CancellationToken cancellation)
    {
        _application = await LabConnection.OpenAsync(SocketTarget.Service(Bench.Vhost.Places, Device, Service), reconnects: false, Bench.Time, cancellation);
        await Guest.RunAsync($"await 60 endpoint {Service} && file=$(endpoint {Service}) && await 60 test -c $file && exec 3<>$file", cancellation);
        // A service learns its peer from what that sends first.
        await Guest.RunAsync("rpmsg send fd:3 hello", cancellation);
        byte[] hello = new byte[NumberedMessage.Maximum];
        await Application.Current.ReceiveAsync(hello, SocketFlags.None, cancellation);
        // The bus has two devices of its own besides.
        int channels = int.Parse(await Guest.RunAsync("channels | grep -v -c -e rpmsg_ctrl -e rpmsg_ns", cancellation), CultureInfo.InvariantCulture);

        Say($"a burst of {Burst} messages each way at once, with {Cuts} cuts of the link");
        long begin = Bench.Time.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Delivery toGuest = new(Burst), fromGuest = new(Burst);
        NumberedReceiver receiver = new("from the guest", Application, FromGuestSeed, fromGuest, Bench.Time);
        Task flows = Task.WhenAll(new NumberedSender(Application, ToGuestSeed, toGuest).RunAsync(static number => number == Burst - 1, stop.Token), receiver.RunAsync(stop.Token));
        Task cutting = CutAsync(fromGuest, stop.Token);
        (_, string answer) = await Guest.TryAsync(
            $"rpmsg burst-send fd:3 {FromGuestSeed} {Burst} >/tmp/sent 2>&1 & job=$!; rpmsg burst-receive fd:3 {ToGuestSeed}; wait $job; cat /tmp/sent", cancellation);
        double seconds = Bench.Time.GetElapsedTime(begin).TotalSeconds;
        stop.CancelAfter(Patience);
        await flows;
        await stop.CancelAsync();
        await cutting.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return Report(transport, channels, answer, fromGuest, toGuest.Accepted, receiver.Corrupted) with { MessagesPerSecond = Math.Round(2 * Burst / seconds) };
    }

    private KernelLabReport Report(string transport, int channels, string answer, Delivery fromGuest, long toGuest, long corrupted)
    {
        Match counted = GuestCounts().Match(answer);
        if (!counted.Success)
            throw new CommandFailedException(ExitCode.Failure, $"the guest's burst ended with: {answer}; its kernel's log is {Guest.LogFile}.");
        long Count(string name) => long.Parse(counted.Groups[name].Value, CultureInfo.InvariantCulture);
        long distinct = Count("received") - Count("duplicated") - Count("corrupted"), sentByGuest = Count("sent");
        return new KernelLabReport
        {
            Scenario = Name,
            Transport = transport,
            GuestKernel = Guest.Release,
            Channels = channels,
            Cuts = _cable.Cuts,
            BurstSent = toGuest + sentByGuest,
            BurstReceived = Count("received") + fromGuest.Received,
            Lost = toGuest - distinct + sentByGuest - (fromGuest.Received - fromGuest.Duplicated - fromGuest.Foreign),
            Duplicated = Count("duplicated") + fromGuest.Duplicated + fromGuest.Foreign,
            Reordered = Count("reordered") + fromGuest.Reordered,
            Corrupted = Count("corrupted") + corrupted,
        };
    }

    /// <summary>Cuts the link when a part of the burst has arrived, and again when another has.</summary>
    private async Task CutAsync(Delivery fromGuest, CancellationToken stop)
    {
        for (int cut = 1; cut <= Cuts; cut++)
        {
            while (fromGuest.Received < cut * (Burst / (Cuts + 1)))
                await Task.Delay(TimeSpan.FromMilliseconds(10), Bench.Time, stop);
            await _cable.CutAsync(cut % 2 == 1 ? CutManner.Reset : CutManner.Silence, CutDuration, stop);
        }
    }

    private void Say(string text) => Bench.Progress.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{text}");

    [GeneratedRegex(@"received=(?<received>\d+) lost=\d+ duplicated=(?<duplicated>\d+) reordered=(?<reordered>\d+) corrupted=(?<corrupted>\d+)\s+sent=(?<sent>\d+)")]
    private static partial Regex GuestCounts();
}
