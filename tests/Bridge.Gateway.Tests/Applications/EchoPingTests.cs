using System.Net.Sockets;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Configuration;

namespace Bridge.Gateway.Tests.Applications;

/// <summary>echo and ping against each other through real SEQPACKET sockets.</summary>
public sealed class EchoPingTests
{
    private static readonly PingOptions Quick = new(Count: 20, Length: 496, TimeSpan.Zero, TimeSpan.FromSeconds(10), Verify: true);

    [Fact]
    public async Task Ping_EchoedIntact_CountsAndMeasuresAll()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo");
        await using EchoRun echo = new(run, "echo");

        (PingApplication ping, List<PingResult> results, string? end) = await PingAsync(run, Quick);

        Assert.Null(end);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => ((uint)i, PingOutcome.Echoed)), results.Select(result => (result.Sequence, result.Outcome)));
        Assert.Equal((20, 20, 0, 0, 0), (ping.Sent, ping.RoundTrips.Count, ping.Late, ping.Corrupted, ping.Foreign));
        Assert.True(ping.RoundTrips.ToReport()!.Min > 0);
        string[] lines = await echo.StopAsync();
        Assert.Equal(
            [$"offering {run.Path}/rpmsg0/services/echo", "peer 1: first message, 496 bytes", "echoed 20 messages, 9920 bytes, 1 peers"],
            lines.Where(line => !line.Contains("has gone", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Echo_PeerGoesAndAnotherComes_ServesBoth()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo");
        await using EchoRun echo = new(run, "echo");

        (PingApplication first, _, _) = await PingAsync(run, Quick);
        (PingApplication second, _, _) = await PingAsync(run, Quick with { Count = 3, Length = 4 });

        Assert.Equal((20, 3), (first.RoundTrips.Count, second.RoundTrips.Count));
        string[] lines = await echo.StopAsync();
        Assert.Contains("peer 1: the peer has gone after 20 messages, 9920 bytes", lines);
        Assert.Contains("peer 2: first message, 4 bytes", lines);
        Assert.Equal("echoed 23 messages, 9932 bytes, 2 peers", lines[^1]);
    }

    [Fact]
    public async Task Ping_ContentChangedOnTheWay_IsCorrupted()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo") { Forward = packet => packet[0] == 1 ? [.. packet[..^1], (byte)(packet[^1] ^ 1)] : packet };
        await using EchoRun echo = new(run, "echo");

        (PingApplication ping, List<PingResult> results, _) = await PingAsync(run, Quick with { Count = 3 });

        Assert.Equal([PingOutcome.Echoed, PingOutcome.Corrupted, PingOutcome.Echoed], results.Select(result => result.Outcome));
        Assert.Equal((2, 1), (ping.RoundTrips.Count, ping.Corrupted));
    }

    [Fact]
    public async Task Ping_MoreBytesThanSent_AreCorrupted()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo") { Forward = packet => [.. packet, 0] };
        await using EchoRun echo = new(run, "echo");

        (PingApplication ping, _, _) = await PingAsync(run, Quick with { Count = 1 });

        Assert.Equal(1, ping.Corrupted);
    }

    [Fact]
    public async Task Ping_OneMessageLost_TimesOutAndGoesOn()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo") { Forward = packet => packet[0] == 1 ? null : packet };
        await using EchoRun echo = new(run, "echo");

        // Long enough that the other two come in time on a busy machine.
        (PingApplication ping, List<PingResult> results, _) = await PingAsync(run, Quick with { Count = 3, Timeout = TimeSpan.FromSeconds(4) });

        Assert.Equal([PingOutcome.Echoed, PingOutcome.TimedOut, PingOutcome.Echoed], results.Select(result => result.Outcome));
        Assert.Equal((3, 2), (ping.Sent, ping.RoundTrips.Count));
    }

    [Fact]
    public async Task Ping_EchoAfterItsTime_IsLateAndNotMistakenForTheNext()
    {
        using TemporaryDirectory run = new();
        byte[]? held = null;
        await using FakeChannel channel = new(run.Path, "echo")
        {
            // Message 0 is kept until message 1 comes, and then sent in its place; 1 itself comes with 2.
            Forward = packet => (held, packet) is var (before, now) && (held = now) is not null ? before : null,
        };
        await using EchoRun echo = new(run, "echo");

        (PingApplication ping, List<PingResult> results, _) = await PingAsync(run, Quick with { Count = 3, Timeout = TimeSpan.FromMilliseconds(300) });

        Assert.All(results, result => Assert.Equal(PingOutcome.TimedOut, result.Outcome));
        Assert.Equal((3, 2, 0), (ping.Sent, ping.Late, ping.Foreign));
    }

    [Fact]
    public async Task Ping_OtherMessages_AreForeign()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo") { Forward = static _ => "hello world"u8.ToArray() };
        await using EchoRun echo = new(run, "echo");

        (PingApplication ping, _, _) = await PingAsync(run, Quick with { Count = 1, Timeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal((0, 1), (ping.RoundTrips.Count, ping.Foreign));
    }

    [Fact]
    public async Task Ping_Cancelled_EndsWithWhatItHas()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo");
        await using EchoRun echo = new(run, "echo");
        using Socket socket = await ApplicationSocket.ConnectAsync(Path.Combine(run.Path, "rpmsg0", "channels", "echo"), CancellationToken.None).Bounded();
        using CancellationTokenSource stop = new();
        PingApplication ping = new(socket, Quick with { Count = 0, Period = TimeSpan.FromHours(1) }, TimeProvider.System);

        string? end = await ping.RunAsync(_ => stop.CancelAsync(), stop.Token).Bounded();

        Assert.Null(end);
        Assert.Equal((1, 1), (ping.Sent, ping.RoundTrips.Count));
    }

    [Fact]
    public async Task Echo_NoSuchService_SaysWhatThereIs()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo");
        EchoApplication echo = new(SocketTarget.Service(GatewayPlaces.Of(run.Path), "rpmsg0", "eco"), TimeSpan.Zero, TextWriter.Null, TextWriter.Null, TimeProvider.System);

        CommandFailedException failure = await Assert.ThrowsAsync<CommandFailedException>(() => echo.RunAsync(CancellationToken.None).Bounded());

        Assert.Equal(ExitCode.Failure, failure.ExitCode);
        Assert.Equal($"there is no service eco on rpmsg0, or somebody is using it: free in {run.Path}/rpmsg0/services: echo; check the name, or wait for it with --wait.", failure.Message);
    }

    private static async Task<(PingApplication Ping, List<PingResult> Results, string? End)> PingAsync(TemporaryDirectory run, PingOptions options)
    {
        using Socket socket = await ApplicationSocket.ConnectAsync(Path.Combine(run.Path, "rpmsg0", "channels", "echo"), CancellationToken.None).Bounded();
        PingApplication ping = new(socket, options, TimeProvider.System);
        List<PingResult> results = [];
        string? end = await ping.RunAsync(
            result =>
            {
                results.Add(result);
                return Task.CompletedTask;
            },
            CancellationToken.None).Bounded();
        return (ping, results, end);
    }

    /// <summary>An echo application running beside the test.</summary>
    private sealed class EchoRun : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly StringWriter _output = new() { NewLine = "\n" };
        private readonly Task _running;

        public EchoRun(TemporaryDirectory run, string service) =>
            _running = new EchoApplication(SocketTarget.Service(GatewayPlaces.Of(run.Path), "rpmsg0", service), TimeSpan.Zero, _output, TextWriter.Null, TimeProvider.System).RunAsync(_stop.Token);

        public async Task<string[]> StopAsync()
        {
            await _stop.CancelAsync();
            await _running.Bounded();
            return _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
        }
    }
}
