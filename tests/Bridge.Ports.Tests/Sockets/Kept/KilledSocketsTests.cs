using Bridge.Linux;
using Bridge.Ports.Sockets.Kept;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>Sockets ports are killed after any store; applications' sockets are in a descriptor store. Nobody loses, repeats or reorders anything, and no application notices.</summary>
[Trait("Category", "Resume")]
public sealed class KilledSocketsTests
{
    private const int MessagesPerBuffer = 190;
    private static readonly StepKind[] Steps = [StepKind.Send, StepKind.Deliver, StepKind.Flush];

    [Theory]
    [InlineData(KeptPair.AllFeatures, null, 8, 11)]
    [InlineData(KeptPair.AllFeatures & ~(1UL << 56), null, 8, 12)]
    // A small socket buffer: messages wait in the kept queue, credit stops the sender.
    [InlineData(KeptPair.AllFeatures, 4096, 8, 13)]
    [InlineData(KeptPair.AllFeatures & ~(1UL << 56), 4096, 8, 14)]
    // Long bursts and rings that take them: packets pass in large batches.
    [InlineData(KeptPair.AllFeatures, null, 64, 15)]
    [InlineData(KeptPair.AllFeatures & ~(1UL << 56), null, 64, 16)]
    [InlineData(KeptPair.AllFeatures, 4096, 64, 17)]
    public async Task Kills_AfterAnyStoreUnderLoad_LoseRepeatAndReorderNothing(ulong features, int? sendBuffer, int buffers, int seed)
    {
        Random random = new(seed);
        await using KeptPair pair = new(features, buffers, change: o => o with { SendBufferSize = sendBuffer });
        using SeqPacketSocket server = await pair.Open("d/services/echo");
        using SeqPacketSocket client = await pair.Open("v/channels/echo");
        NumberedTalk up = new(client, server, buffers * MessagesPerBuffer, random, burst: buffers / 2);
        NumberedTalk down = new(server, client, buffers * MessagesPerBuffer, random, burst: buffers / 2);
        // A service that has no flow service learns of its peer by the first message.
        await pair.Until(() => { up.Step(reads: true); return up.Received > 0 || up.Error is not null; });

        await pair.Until(() =>
        {
            if (random.Next(3) == 0)
            {
                KeptSide doomed = random.Next(2) == 0 ? pair.Driver : pair.Device;
                // A batch is one step of a few stores among hundreds that are made for its messages: every other kill aims at one.
                if (!doomed.IsLit || random.Next(5) == 0)
                {
                    bool aims = random.Next(2) == 0;
                    doomed.Light(random.Next(1, aims ? 6 : 20 * buffers), aims ? Steps[random.Next(Steps.Length)] : null);
                }
            }

            up.Step(reads: random.Next(4) > 0);
            down.Step(reads: random.Next(4) > 0);
            return (up.IsOver && down.IsOver) || up.Error is not null || down.Error is not null;
        });

        Assert.Null(up.Error);
        Assert.Null(down.Error);
        int kills = pair.Driver.Kills + pair.Device.Kills;
        Assert.True(kills >= 20, $"{kills} kills");
        StepKind[] killed = [.. pair.Driver.Killed.Union(pair.Device.Killed)];
        Assert.Contains(StepKind.Send, killed);
        Assert.Contains(StepKind.Flush, killed);
        if (sendBuffer is null)
        {
            // Else the socket is full, and hardly anything is handed over at once.
            Assert.Contains(StepKind.Deliver, killed);
        }
    }
}
