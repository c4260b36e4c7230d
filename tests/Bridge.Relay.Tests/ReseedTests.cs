using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;

namespace Bridge.Relay.Tests;

/// <summary>A device side that has lost all that it knew, behind a driver that cannot be reset: what its successor gets, and what the driver is told, by the device table.</summary>
[Trait("Category", "Resume")]
public sealed class ReseedTests
{
    [Fact]
    public void LostBlockDevice_OutstandingRequests_GoToItsSuccessorInTheirOrder()
    {
        using DriverRig rig = Running(DeviceTable.Block);
        LentChain[] lent = [.. Enumerable.Range(0, 5).Select(i => rig.Driver.Lend(0, [(uint)(16 + i)], [1]))];
        rig.Pump();
        uint generation = rig.Generation(0);
        rig.GiveUsed(0, PeerFrames.Element(1, 1, [0]), PeerFrames.Element(3, 1, [0]));
        Lose(rig);

        Frame[] posted = [.. rig.PumpAndTake().Where(frame => frame.Type == FrameType.Posted)];
        PostedPayload burst = PostedPayload.Read(Assert.Single(posted).Payload);
        Assert.Equal((0UL, (ushort)3, 0UL), (burst.FirstSequence, burst.Count, burst.UsedConfirmed));
        Assert.NotEqual(generation, burst.Generation);
        // Requests 0, 2 and 4 are told by their lengths.
        Assert.Equal([16U, 18U, 20U], Lengths(posted[0].Payload));
        Assert.Equal((3, 0, 1), (rig.Counters.Repeated, rig.Counters.Forfeited, rig.Counters.Reseeded));
        Assert.Empty(rig.Driver.ResetDemands);
        // They are answered by their new numbers, in the driver's own buffers.
        rig.GiveUsed(0, PeerFrames.Element(2, 1, [7]), PeerFrames.Element(0, 1, [8]));
        Assert.Equal([7], rig.Driver.Read(lent[4].Writable[0]));
        Assert.Equal([8], rig.Driver.Read(lent[0].Writable[0]));
        Assert.Equal(1, rig.Relay.InFlight);
    }

    [Fact]
    public void LostDevice_FramesOfTheLostOne_AreStale()
    {
        using DriverRig rig = Running(DeviceTable.Block);
        rig.Driver.Lend(0, [16], [1]);
        rig.Pump();
        byte[] late = PeerFrames.Used(0, rig.Generation(0), 0, [PeerFrames.Element(0, 1, [1])]);
        Lose(rig);
        rig.Pump();
        long stale = rig.Counters.Stale;
        rig.Give(FrameType.Used, late);
        Assert.Equal(stale + 1, rig.Counters.Stale);
        Assert.Equal(1, rig.Relay.InFlight);
    }

    [Fact]
    public void LostNetworkCard_FramesOnTheirWayAreGivenUp_BuffersAreLentAgain()
    {
        using DriverRig rig = Running(DeviceTable.Network);
        rig.Driver.Lend(0, [], [64]);
        rig.Driver.Lend(1, [20], []);
        rig.Pump();
        // This one was made available but never left: nobody can have sent it.
        rig.Peer.Down();
        rig.Driver.Lend(1, [21], []);
        Lose(rig);
        Frame[] posted = [.. rig.PumpAndTake().Where(frame => frame.Type == FrameType.Posted)];
        Assert.Equal([64U], Lengths(posted.Single(frame => PostedPayload.Read(frame.Payload).Queue == 0).Payload));
        Assert.Equal([21U], Lengths(posted.Single(frame => PostedPayload.Read(frame.Payload).Queue == 1).Payload));
        Assert.Equal((1, 1), (rig.Counters.Repeated, rig.Counters.Forfeited));
        Assert.True(rig.Driver.Queues[1].TryTakeUsed(out _));
        Assert.False(rig.Driver.Queues[1].TryTakeUsed(out _));
        Assert.Contains(1, rig.Driver.Doorbells);
    }

    [Fact]
    public void LostScsiHost_CommandsThatItHad_FailWithTransportFailure()
    {
        using DriverRig rig = Running(DeviceTable.Scsi, queues: 3);
        LentChain command = rig.Driver.Lend(2, [51], [108]);
        rig.Pump();
        Lose(rig);
        Assert.DoesNotContain(rig.PumpAndTake(), frame => frame.Type == FrameType.Posted && PostedPayload.Read(frame.Payload).Count > 0);
        Assert.True(rig.Driver.Queues[2].TryTakeUsed(out Bridge.Virtio.UsedElement used));
        Assert.Equal(12U, used.Length);
        // VIRTIO_SCSI_S_TRANSPORT_FAILURE in `response`.
        Assert.Equal(6, rig.Driver.Read(command.Writable[0])[11]);
        Assert.Equal(1, rig.Counters.Forfeited);
    }

    [Fact]
    public void LostTwice_BeforeItHasGotAll_LosesNothing()
    {
        using DriverRig rig = Running(DeviceTable.Block, places: 2);
        foreach (uint length in (uint[])[16, 17, 18, 19, 20])
            rig.Driver.Lend(0, [length], [1]);
        rig.Pump();
        Lose(rig);
        Assert.Equal([16U, 17U], rig.PumpAndTake().Where(frame => frame.Type == FrameType.Posted).SelectMany(frame => Lengths(frame.Payload)));
        Lose(rig, life: 0xD0D2);
        var lengths = new List<uint>();
        for (ulong used = 0; used < 5; used++)
        {
            lengths.AddRange(rig.PumpAndTake().Where(frame => frame.Type == FrameType.Posted).SelectMany(frame => Lengths(frame.Payload)));
            rig.GiveUsed(used, PeerFrames.Element(used, 1, [1]));
        }

        Assert.Equal([16U, 17U, 18U, 19U, 20U], lengths);
        Assert.Equal(0, rig.Relay.InFlight);
    }

    [Fact]
    public void LostWhileAQueueIsStopped_NothingIsTouchedUntilItGoesOn()
    {
        using DriverRig rig = Running(DeviceTable.Scsi, queues: 3);
        rig.Driver.Lend(2, [51], [108]);
        rig.Pump();
        rig.Driver.Relay!.StopQueue(2);
        byte[] before = rig.Driver.Snapshot();
        Lose(rig);
        rig.Pump();
        Assert.True(before.AsSpan().SequenceEqual(rig.Driver.Snapshot()), "the driver's window changed");
        rig.Driver.Relay.StartQueue(2);
        rig.Pump();
        Assert.True(rig.Driver.Queues[2].TryTakeUsed(out _));
    }

    [Fact]
    public void Replaced_PortAnswersAndTells_BeforeEverythingElse()
    {
        using DriverRig rig = Running(DeviceTable.Rpmsg);
        LentChain first = rig.Driver.Lend(0, [], [64]);
        rig.Driver.Lend(0, [], [65]);
        rig.Driver.Lend(1, [20], []);
        rig.Pump();
        rig.Driver.Replaced = () =>
        {
            rig.Driver.Relay!.Answer(0, [1, 2, 3]);
            rig.Driver.Relay.Answer(0, [4, 5]);
            rig.Driver.Relay.Answer(0, [6]);
            rig.Driver.Relay.Tell(1, [9, 9, 9]);
        };
        Lose(rig);
        Frame[] posted = [.. rig.PumpAndTake().Where(frame => frame.Type == FrameType.Posted && PostedPayload.Read(frame.Payload).Count > 0)];
        Assert.Equal([1, 2, 3], rig.Driver.Read(first.Writable[0])[..3]);
        // Both buffers were taken for answers, and the third answer waits for the next.
        Frame told = Assert.Single(posted);
        Assert.Equal([3U, 20U], Lengths(told.Payload));
        LentChain third = rig.Driver.Lend(0, [], [66]);
        rig.Driver.Lend(0, [], [67]);
        rig.Pump();
        Assert.Equal([6], rig.Driver.Read(third.Writable[0])[..1]);
        Assert.Equal([67U], rig.Peer.Take().Where(frame => frame.Type == FrameType.Posted).SelectMany(frame => Lengths(frame.Payload)));
        // What the bridge told the device is answered by it like any chain, and the driver hears nothing of that.
        int head = rig.Driver.Queues[1].InFlight;
        rig.Give(FrameType.Used, PeerFrames.Used(1, rig.Generation(1), 0, [PeerFrames.Element(0, 0, [])]));
        Assert.Equal(head, rig.Driver.Queues[1].InFlight);
        rig.Give(FrameType.Used, PeerFrames.Used(1, rig.Generation(1), 1, [PeerFrames.Element(1, 0, [])]));
        Assert.True(rig.Driver.Queues[1].TryTakeUsed(out _));
    }

    [Fact]
    public void Told_ChainOfTheBridge_LendsTheDeviceSideNothing()
    {
        using DriverRig rig = Running(DeviceTable.Rpmsg);
        rig.Driver.Lend(1, [20], []);
        rig.Pump();
        rig.Driver.Replaced = () => rig.Driver.Relay!.Tell(1, [9]);
        Lose(rig);
        rig.Pump();
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Used, PeerFrames.Used(1, rig.Generation(1), 0, [PeerFrames.Element(0, 1, [1])]));
    }

    [Fact]
    public void NameService_MessagesEitherWay_AreShownToThePortAndNoOthers()
    {
        using DriverRig rig = Running(DeviceTable.Rpmsg);
        LentChain[] sent = [rig.Driver.Lend(1, [56], []), rig.Driver.Lend(1, [7], []), rig.Driver.Lend(1, [56], [])];
        foreach (LentChain chain in sent)
            rig.Driver.Window.GetSpan(chain.Readable[0].Address, chain.Readable[0].Length).Clear();
        rig.Driver.Window.GetSpan(sent[2].Readable[0].Address + 4, 1)[0] = 53;
        rig.Driver.Lend(0, [], [128]);
        rig.Pump();
        byte[] announced = new byte[56];
        announced[4] = 53;
        rig.GiveUsed(0, PeerFrames.Element(0, 56, announced));
        Assert.Equal([1, 0], rig.Driver.Notable.Select(note => note.Queue));
        Assert.Equal(announced, rig.Driver.Notable[1].Message);
    }

    private static DriverRig Running(ushort device, int queues = 2, uint places = 8)
    {
        DriverRig rig = new(ringSize: 16, places: places) { DeviceId = device, Queues = queues };
        rig.Driver.KeepsDriver = true;
        return rig.Run();
    }

    /// <summary>The device side comes back without any memory of this driver's life, and is brought to it.</summary>
    private static void Lose(DriverRig rig, ulong life = DriverRig.NextDeviceLife) => rig.Up(life);

    /// <summary>The first length of each chain of a POSTED burst.</summary>
    private static IEnumerable<uint> Lengths(byte[] payload)
    {
        PostedPayload burst = PostedPayload.Read(payload);
        int at = PostedPayload.Size;
        for (int i = 0; i < burst.Count; i++)
        {
            (int readable, int writable) = PostedPayload.ReadChain(payload.AsSpan(at));
            at += PostedPayload.ChainSize;
            uint bytes = 0;
            for (int segment = 0; segment < readable + writable; segment++, at += 4)
            {
                uint length = BitConverter.ToUInt32(payload, at);
                if (segment == 0)
                    yield return length;
                bytes += segment < readable ? length : 0;
            }

            at += (int)bytes;
        }
    }
}
