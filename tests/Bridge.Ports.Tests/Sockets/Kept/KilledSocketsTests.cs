using Bridge.Linux;
using Bridge.Ports.Sockets.Kept;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>Sockets ports are killed after any store; applications' sockets are in a descriptor store. Nobody loses, repeats or reorders anything, and no application notices.</summary>
[Trait("Category", "Resume")]
public sealed class KilledSocketsTests
{
    private const int Messages = 1500;

    [Theory]
    [InlineData(KeptPair.AllFeatures, null, 11)]
    [InlineData(KeptPair.AllFeatures & ~(1UL << 56), null, 12)]
    // A small socket buffer: messages wait in the kept queue, credit stops the sender.
    [InlineData(KeptPair.AllFeatures, 4096, 13)]
    [InlineData(KeptPair.AllFeatures & ~(1UL << 56), 4096, 14)]
    public async Task Kills_AfterAnyStoreUnderLoad_LoseRepeatAndReorderNothing(ulong features, int? sendBuffer, int seed)
    {
        Random random = new(seed);
        await using KeptPair pair = new(features, change: o => o with { SendBufferSize = sendBuffer });
        using SeqPacketSocket server = await pair.Open("d/services/echo");
        using SeqPacketSocket client = await pair.Open("v/channels/echo");
        NumberedTalk up = new(client, server, Messages, random);
        NumberedTalk down = new(server, client, Messages, random);
        // A service that has no flow service learns of its peer by the first message.
        await pair.Until(() => { up.Step(reads: true); return up.Received > 0 || up.Error is not null; });

        await pair.Until(() =>
        {
            if (random.Next(3) == 0)
            {
                KeptSide doomed = random.Next(2) == 0 ? pair.Driver : pair.Device;
                doomed.Light(doomed.IsLit ? doomed.Fuse : random.Next(1, 150));
            }

            up.Step(reads: random.Next(4) > 0);
            down.Step(reads: random.Next(4) > 0);
            return (up.IsOver && down.IsOver) || up.Error is not null || down.Error is not null;
        });

        Assert.Null(up.Error);
        Assert.Null(down.Error);
        int kills = pair.Driver.Kills + pair.Device.Kills;
        Assert.True(kills >= 50, $"{kills} kills");
        StepKind[] killed = [.. pair.Driver.Killed.Union(pair.Device.Killed)];
        Assert.Contains(StepKind.Send, killed);
        Assert.Contains(sendBuffer is null ? StepKind.Deliver : StepKind.Flush, killed);
    }
}
