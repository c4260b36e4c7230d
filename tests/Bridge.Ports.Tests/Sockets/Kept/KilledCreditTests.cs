using System.Buffers.Binary;
using Bridge.Linux;
using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>A side is killed while credit is on its way, and its application has to come back: whoever waits for that credit must not wait for ever.</summary>
[Trait("Category", "Resume")]
public sealed class KilledCreditTests
{
    private const int Kills = 60;

    private readonly byte[] _room = new byte[600];

    private int _sent, _last = -1;

    [Fact]
    public async Task Kills_NothingIsStored_SenderGoesOnWhenTheReaderIsBack()
    {
        Random random = new(31);
        await using KeptPair pair = new(
            stores: false,
            change: o => o with { SendBufferSize = 4096 },
            device: o => o with { Services = [new ServiceOptions("echo") { Terms = new EntryTerms(Grace: TimeSpan.FromMinutes(1)) }] });
        SeqPacketSocket reader = await pair.Open("d/services/echo");
        using SeqPacketSocket sender = await pair.Open("v/channels/echo");
        while (pair.Device.Kills < Kills)
        {
            // Until nobody takes any more: the sender has no credit, the reader much to read.
            await pair.Until(() => !Send(sender), "the sender has to wait");
            pair.Device.Light(random.Next(1, 60));
            int kills = pair.Device.Kills;
            await pair.Until(() => !Read(reader) || pair.Device.Kills > kills, "the side is killed");
            await pair.Until(() => !Read(reader), "the reader finds the end");
            reader.Dispose();
            reader = await pair.Open("d/services/echo");
            // All that is not lost comes; then there must be room again.
            await pair.Until(() => { Assert.True(Read(reader)); return Send(sender); }, "the sender goes on");
        }

        pair.Device.Light(0);
        await pair.Until(() => { Assert.True(Read(reader)); return _last == _sent - 1; }, "the last message");
        reader.Dispose();
    }

    /// <summary>Whether it was taken.</summary>
    private bool Send(SeqPacketSocket sender)
    {
        Span<byte> message = _room.AsSpan(0, 400);
        BinaryPrimitives.WriteInt32LittleEndian(message, _sent);
        SendOutcome outcome = sender.Send(message);
        Assert.NotEqual(SendOutcome.Closed, outcome);
        _sent += outcome == SendOutcome.Sent ? 1 : 0;
        return outcome == SendOutcome.Sent;
    }

    /// <summary>Reads what is there: later ones only, once each. False: the end.</summary>
    private bool Read(SeqPacketSocket reader)
    {
        ReceiveOutcome outcome;
        while ((outcome = reader.Receive(_room, out _)) == ReceiveOutcome.Packet)
        {
            int number = BinaryPrimitives.ReadInt32LittleEndian(_room);
            Assert.InRange(number, _last + 1, _sent - 1);
            _last = number;
        }

        return outcome == ReceiveOutcome.WouldBlock;
    }
}
