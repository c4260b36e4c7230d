using System.Buffers.Binary;
using System.Net;
using Bridge.Link.Transports;
using Bridge.Link.Trust;

namespace Bridge.Link.Tests;

/// <summary>Two links over real sockets. The derived classes run every scenario over their transport.</summary>
public abstract class PeerLinkScenarios(TransportMode transport)
{
    private readonly Signal signal = new();

    private TestGateway NewBeta(LinkAddress[]? connect = null) => new("beta", TestIdentity.Beta, TestIdentity.Alpha, LaneRole.Device, signal, connect, transport);

    private TestGateway NewAlpha(LinkAddress address, GatewayIdentity? identity = null, GatewayIdentity? pinned = null) =>
        new("alpha", identity ?? TestIdentity.Alpha, pinned ?? TestIdentity.Beta, LaneRole.Driver, signal, [address], transport);

    protected async Task BringsLaneUpAndCarriesFramesBothWays()
    {
        await using TestGateway beta = NewBeta();
        await beta.ListenAsync(transport);
        await using TestGateway alpha = NewAlpha(beta.Address);
        beta.Link.Start();
        alpha.Link.Start();
        await signal.UntilAsync(() => alpha.Lane.Output is not null && beta.Lane.Output is not null, "lanes up");
        alpha.Send(1, 2, 3);
        beta.Send(4);
        await signal.UntilAsync(() => alpha.Lane.Payloads.Count == 1 && beta.Lane.Payloads.Count == 1, "frames");
        Assert.Equal([4], alpha.Lane.Payloads[0]);
        Assert.Equal([1, 2, 3], beta.Lane.Payloads[0]);
        await signal.UntilAsync(() => alpha.IsUp, "connected");
        LinkStatus status = alpha.Link.Status;
        Assert.Equal("beta", status.PeerGateway);
        Assert.Equal(TestIdentity.Beta.Fingerprint, status.PeerFingerprint);
        Assert.Equal(["m4"], status.Lanes);
        Assert.Equal(transport == TransportMode.Quic ? TransportKind.Quic : TransportKind.Tcp, status.Transport);
        Assert.Equal(1u, status.Connection);
        Assert.True(status.BytesSent > Hello.PaddedLength);
    }

    protected async Task CarriesFullFramesUnchangedUnderBackPressure()
    {
        const int Frames = 200;
        await using TestGateway beta = NewBeta();
        await beta.ListenAsync(transport);
        await using TestGateway alpha = NewAlpha(beta.Address);
        int received = 0;
        int wrong = 0;
        beta.Lane.Received = payload =>
        {
            if (payload.Length != FrameHeader.MaximumPayload || BinaryPrimitives.ReadInt32LittleEndian(payload) != received || payload.AsSpan(4).ContainsAnyExcept((byte)received))
                wrong++;
            received++;
            signal.Pulse();
        };
        Producer producer = new(Frames);
        alpha.Lane.Up = output =>
        {
            output.Writable = () => producer.Produce(output);
            producer.Produce(output);
        };
        beta.Link.Start();
        alpha.Link.Start();
        await signal.UntilAsync(() => received == Frames, "all frames");
        Assert.Equal(0, wrong);
    }

    protected async Task ReconnectsAfterEachEnd()
    {
        await using TestGateway beta = NewBeta();
        await beta.ListenAsync(transport);
        await using TestGateway alpha = NewAlpha(beta.Address);
        beta.Link.Start();
        alpha.Link.Start();
        for (uint number = 1; number <= 9; number += 2)
        {
            uint expected = number;
            await signal.UntilAsync(() => alpha.Lane.Output?.Connection == expected && beta.Lane.Output?.Connection == expected, $"connection {number} up");
            TestGateway closing = number % 4 == 1 ? alpha : beta;
            closing.Lane.CloseConnection!(number, CloseReason.ProtocolViolation, "test");
        }

        await signal.UntilAsync(() => alpha.Lane.Ups == 6 && alpha.Ended.Count == 5, "connection 11 up");
        Assert.All(alpha.Ended, reason => Assert.Equal(CloseReason.ProtocolViolation, reason));
        Assert.Equal(
            ["up 1", "down 1", "up 3", "down 3", "up 5", "down 5", "up 7", "down 7", "up 9", "down 9", "up 11"],
            alpha.Lane.Calls);
    }

    protected async Task RefusesStrangerWithoutEndingTheListener()
    {
        await using TestGateway beta = NewBeta();
        await beta.ListenAsync(transport);
        beta.Link.Start();
        await using (TestGateway stranger = NewAlpha(beta.Address, identity: TestIdentity.Stranger))
        {
            stranger.Link.Start();
            await signal.UntilAsync(() => beta.Refused.Any(refused => refused.Reason == CloseReason.UnknownPeer), "refused");
            Assert.Contains(TestIdentity.Stranger.Fingerprint, beta.Refused.First(refused => refused.Reason == CloseReason.UnknownPeer).Text, StringComparison.Ordinal);
            Assert.Equal(0, stranger.Lane.Ups);
        }

        await using TestGateway alpha = NewAlpha(beta.Address);
        alpha.Link.Start();
        await signal.UntilAsync(() => alpha.IsUp && beta.IsUp, "the real peer");
    }

    protected async Task RefusesToTalkToTheWrongListener()
    {
        await using TestGateway beta = NewBeta();
        await beta.ListenAsync(transport);
        beta.Link.Start();
        await using TestGateway alpha = NewAlpha(beta.Address, pinned: TestIdentity.Stranger);
        alpha.Link.Start();
        await signal.UntilAsync(() => alpha.Failed.Count > 1 && beta.Refused.Count + beta.Failed.Count > 1, "refused by the dialling side");
        Assert.All(alpha.Failed, reason => Assert.Equal(CloseReason.UnknownPeer, reason));
        Assert.Contains(TestIdentity.Beta.Fingerprint, alpha.Link.Status.LastError, StringComparison.Ordinal);
        Assert.Equal(0, alpha.Lane.Ups);
        Assert.Equal(0, beta.Lane.Ups);
    }

    protected async Task ConvergesWhenBothDial()
    {
        await using TestGateway first = NewBeta();
        await first.ListenAsync(transport);
        LinkAddress firstAddress = first.Address;
        await using TestGateway alpha = NewAlpha(firstAddress);
        await alpha.ListenAsync(transport);
        IPEndPoint at = first.EndPoint;
        await first.DisposeAsync();

        // The same address again, now with a link that dials too.
        await using TestGateway beta = NewBeta([alpha.Address]);
        await beta.ListenAsync(transport, at);
        foreach (TestGateway gateway in (TestGateway[])[alpha, beta])
            gateway.Lane.Up = output => SendNumber(output, signal);
        alpha.Link.Start();
        beta.Link.Start();
        uint last = 0;
        for (int round = 1; round <= 100; round++)
        {
            await signal.UntilAsync(() => AgreeOnOneAfter(alpha, beta, last), $"round {round}: one connection after {last}");
            last = alpha.Lane.Output?.Connection ?? alpha.Link.Status.Connection;
            alpha.Lane.CloseConnection!(last, CloseReason.ProtocolViolation, "next round");
            beta.Lane.CloseConnection!(last, CloseReason.ProtocolViolation, "next round");
        }
    }

    protected async Task StopTellsThePeerAndJoinsEverything()
    {
        await using TestGateway beta = NewBeta();
        await beta.ListenAsync(transport);
        beta.Link.Start();
        TestGateway alpha = NewAlpha(beta.Address);
        alpha.Link.Start();
        await signal.UntilAsync(() => alpha.IsUp && beta.IsUp, "connected");
        await alpha.DisposeAsync();
        Assert.Equal(["up 1", "down 1"], alpha.Lane.Calls);
        Assert.Equal(LinkState.Stopped, alpha.Link.Status.State);
        await signal.UntilAsync(() => beta.Ended.Contains(CloseReason.Shutdown), "the peer knows");
    }

    private static bool AgreeOnOneAfter(TestGateway alpha, TestGateway beta, uint last) =>
        alpha.Lane.Output is { } a && beta.Lane.Output is { } b && a.Connection > last && a.Connection == b.Connection
        && LastNumber(alpha) == a.Connection && LastNumber(beta) == a.Connection;

    private static uint LastNumber(TestGateway gateway) => gateway.Lane.Payloads is [.., { } latest] ? BinaryPrimitives.ReadUInt32LittleEndian(latest) : 0;

    private static void SendNumber(LaneOutput output, Signal signal)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.Begin(FrameType.Posted, 1), output.Connection);
        output.End(sizeof(uint));
        output.Flush();
        signal.Pulse();
    }

    /// <summary>Sends numbered full-size frames as fast as there is room, from whichever thread makes it.</summary>
    private sealed class Producer(int frames)
    {
        private readonly Lock gate = new();
        private int produced;

        public void Produce(LaneOutput output)
        {
            lock (gate)
            {
                while (produced < frames && output.CanWrite)
                {
                    Span<byte> payload = output.Begin(FrameType.Posted, 1);
                    payload.Fill((byte)produced);
                    BinaryPrimitives.WriteInt32LittleEndian(payload, produced++);
                    output.End(payload.Length);
                }
            }

            output.Flush();
        }
    }
}
