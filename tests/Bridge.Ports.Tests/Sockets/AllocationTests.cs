using System.Diagnostics.Metrics;
using Bridge.Linux;
using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets;

[Collection(Alone.Name)]
public sealed class AllocationTests
{
    private const int Messages = 20_000;

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    // A small socket buffer: messages wait in the queue, credit stops the sender.
    [InlineData(true, 4096)]
    public Task Messages_ThroughBothPorts_AllocateNothing(bool flow, int? sendBuffer) => AllocatesNothingAsync(flow, sendBuffer);

    [Fact]
    [Trait("Category", "Metrics")]
    public async Task Messages_WhileTheirTimesAreMeasured_AllocateNothing()
    {
        int[] observations = new int[2];
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == SocketsOptions.MeterName)
                    listener.EnableMeasurementEvents(instrument, instrument.Name.Contains("to_ring", StringComparison.Ordinal) ? 0 : 1);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, which) =>
        {
            // A time cannot be negative; the device is the loopback's d or v.
            if (seconds >= 0 && tags.Length == 1)
                Interlocked.Increment(ref observations[(int)which!]);
        });
        listener.Start();

        await AllocatesNothingAsync(flow: true, sendBuffer: null);

        Assert.All(observations, count => Assert.InRange(count, 1, int.MaxValue));
    }

    private static async Task AllocatesNothingAsync(bool flow, int? sendBuffer)
    {
        await using Loopback loopback = await Loopback.Start(
            device: o => o with { Flow = flow, SendBufferSize = sendBuffer, Services = [new ServiceOptions("s")] });
        await loopback.Until(() => File.Exists(loopback.Run["d/services/s"]));
        using SeqPacketSocket server = SeqPacketSocket.Connect(loopback.Run["d/services/s"]);
        await loopback.Until(() => File.Exists(loopback.Run["v/channels/s"]));
        using SeqPacketSocket client = SeqPacketSocket.Connect(loopback.Run["v/channels/s"]);
        // Sockets of this project at the applications' ends too: they allocate nothing themselves.
        using Exchange exchange = new(client, server);
        exchange.Run(Messages);
        long least = long.MaxValue;
        // The runtime and the test host allocate now and then, on threads of their own; what the path itself allocates shows every time.
        for (int attempt = 0; attempt < 5 && least >= Messages; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            exchange.Run(Messages);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        // One object of the smallest size per message would be 480,000 bytes.
        Assert.True(least < Messages, $"{least} bytes for {Messages} messages");
    }

    /// <summary>Sends from one socket to the other as fast as both allow, on this thread.</summary>
    private sealed class Exchange : IDisposable
    {
        private readonly SeqPacketSocket _from;
        private readonly SeqPacketSocket _to;
        private readonly Poller _poller = new();
        private readonly PollEvent[] _ready = new PollEvent[64];
        private readonly byte[] _packet = new byte[496];
        private readonly byte[] _received = new byte[496];

        public Exchange(SeqPacketSocket from, SeqPacketSocket to)
        {
            (_from, _to) = (from, to);
            _poller.Add(from.Descriptor, 1, PollEvents.None, once: true);
            _poller.Add(to.Descriptor, 2, PollEvents.None, once: true);
        }

        public void Run(int count)
        {
            long end = Environment.TickCount64 + (long)Patience.Time.TotalMilliseconds;
            int sent = 0;
            int received = 0;
            while (received < count)
            {
                while (sent < count && _from.Send(_packet) == SendOutcome.Sent)
                {
                    sent++;
                }

                while (received < count && _to.Receive(_received, out _) == ReceiveOutcome.Packet)
                {
                    received++;
                }

                if (received < count)
                {
                    _poller.Modify(_from.Descriptor, 1, sent < count ? PollEvents.Out : PollEvents.None, once: true);
                    _poller.Modify(_to.Descriptor, 2, PollEvents.In, once: true);
                    _poller.Wait(_ready, TimeSpan.FromSeconds(1));
                }

                Assert.True(Environment.TickCount64 < end, "it stands still");
            }
        }

        public void Dispose() => _poller.Dispose();
    }
}
