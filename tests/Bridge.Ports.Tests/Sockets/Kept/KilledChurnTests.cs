using Bridge.Linux;
using Bridge.Ports.Sockets;
using Bridge.Rpmsg;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>Applications come, talk and go while sockets ports are killed after any store: in the end both sides know the same, and nothing is left over.</summary>
[Trait("Category", "Resume")]
public sealed class KilledChurnTests
{
    private const int Kills = 40;

    private readonly byte[] _room = new byte[600];

    [Theory]
    [InlineData(KeptPair.AllFeatures, true, false, 21)]
    [InlineData(KeptPair.AllFeatures, true, true, 22)]
    [InlineData(KeptPair.AllFeatures & ~RpmsgFeatures.AddressService, true, true, 23)]
    // Nobody keeps the sockets: each kill hangs up on every application.
    [InlineData(KeptPair.AllFeatures, false, false, 24)]
    [InlineData(KeptPair.AllFeatures, false, true, 25)]
    public async Task Kills_AfterAnyStoreWhileApplicationsComeAndGo_LeaveNothingBehind(ulong features, bool stores, bool grace, int seed)
    {
        Random random = new(seed);
        TimeSpan wait = grace ? TimeSpan.FromMilliseconds(20) : TimeSpan.Zero;
        await using KeptPair pair = new(
            features, stores: stores, change: o => o with { Channels = new EntryTerms(Grace: wait), SendBufferSize = 4096 },
            device: o => o with { Services = [new ServiceOptions("echo") { Terms = new EntryTerms(Peers: 3, Grace: wait) }, new ServiceOptions("last")] });
        List<SeqPacketSocket> open = [];
        await pair.Until(() =>
        {
            if (random.Next(2) == 0)
            {
                KeptSide doomed = random.Next(2) == 0 ? pair.Driver : pair.Device;
                doomed.Light(doomed.IsLit ? doomed.Fuse : random.Next(1, 60));
            }

            Act(pair, open, random);
            return pair.Driver.Kills >= Kills && pair.Device.Kills >= Kills;
        });

        open.ForEach(static socket => socket.Dispose());
        await pair.Until(() => IsQuiet(pair.Driver) && IsQuiet(pair.Device));
        // A connection that is not accepted yet dies with its listening socket.
        pair.Driver.Light(0);
        pair.Device.Light(0);
        using SeqPacketSocket server = await pair.Open("d/services/last");
        using SeqPacketSocket client = await pair.Open("v/channels/last");
        NumberedTalk talk = new(client, server, 200, random);
        await pair.Until(() => { talk.Step(reads: true); return talk.IsOver || talk.Error is not null; });
        Assert.Null(talk.Error);
        // Whoever connected last may have been accepted only now.
        await pair.Until(() => pair.Driver.Shelf.Conversations == (stores ? 1 : 0) && pair.Device.Shelf.Conversations == (stores ? 1 : 0));
    }

    /// <summary>No conversation is left, and nothing is announced that has no application.</summary>
    private static bool IsQuiet(KeptSide side) =>
        side.Sockets.Bus.Announcements.Count == 0 && side.Sockets.ReadStatus().Entries.All(static entry => entry.Conversations.Count == 0);

    private void Act(KeptPair pair, List<SeqPacketSocket> open, Random random)
    {
        if (open.Count < 8 && random.Next(3) == 0)
        {
            try
            {
                open.Add(SeqPacketSocket.Connect(pair.Path(random.Next(2) == 0 ? "d/services/echo" : "v/channels/echo")));
            }
            catch (LinuxException)
            {
                // Taken, not announced, or its listener was killed.
            }
        }

        for (int i = open.Count - 1; i >= 0; i--)
        {
            switch (random.Next(10))
            {
                case 0:
                    open[i].Dispose();
                    open.RemoveAt(i);
                    break;
                case < 6:
                    open[i].Send(_room.AsSpan(0, random.Next(1, 490)));
                    break;
                default:
                    open[i].Receive(_room, out _);
                    break;
            }
        }
    }
}
