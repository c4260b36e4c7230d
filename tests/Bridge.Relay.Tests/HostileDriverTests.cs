using System.Diagnostics;
using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>A local driver that breaks its ring harms that queue only: bad chains come back unused and counted, a broken ring stops and the port is told once.</summary>
public sealed class HostileDriverTests
{
    private const ushort Next = 1, Write = 2, Indirect = 4;

    /// <summary>Writes a descriptor and makes it available, past the fake driver's own queue.</summary>
    private static void Avail(DriverRig rig, int queue, ushort head, ulong address, uint length, ushort flags, ushort next = 0)
    {
        WriteDescriptor(rig, queue, head, address, length, flags, next);
        ushort index = AvailableIndex(rig, queue);
        RingLayout layout = rig.Driver.Layouts[queue];
        BitConverter.TryWriteBytes(rig.Driver.Window.GetSpan(layout.Available + 4 + 2 * (ulong)(index % layout.Size), 2), head);
        SetAvailableIndex(rig, queue, (ushort)(index + 1));
    }

    private static void WriteDescriptor(DriverRig rig, int queue, ushort index, ulong address, uint length, ushort flags, ushort next)
    {
        Span<byte> descriptor = rig.Driver.Window.GetSpan(rig.Driver.Layouts[queue].Descriptors + 16UL * index, 16);
        BitConverter.TryWriteBytes(descriptor, address);
        BitConverter.TryWriteBytes(descriptor[8..], length);
        BitConverter.TryWriteBytes(descriptor[12..], flags);
        BitConverter.TryWriteBytes(descriptor[14..], next);
    }

    private static ushort AvailableIndex(DriverRig rig, int queue) => BitConverter.ToUInt16(rig.Driver.Window.GetSpan(rig.Driver.Layouts[queue].Available + 2, 2));

    private static void SetAvailableIndex(DriverRig rig, int queue, ushort index) =>
        BitConverter.TryWriteBytes(rig.Driver.Window.GetSpan(rig.Driver.Layouts[queue].Available + 2, 2), index);

    /// <summary>Used elements so far, as (id, length).</summary>
    private static List<(uint Id, uint Length)> Used(DriverRig rig, int queue)
    {
        RingLayout layout = rig.Driver.Layouts[queue];
        ushort count = BitConverter.ToUInt16(rig.Driver.Window.GetSpan(layout.Used + 2, 2));
        var used = new List<(uint, uint)>();
        for (int i = 0; i < count; i++)
        {
            Span<byte> entry = rig.Driver.Window.GetSpan(layout.Used + 4 + 8 * (ulong)(i % layout.Size), 8);
            used.Add((BitConverter.ToUInt32(entry), BitConverter.ToUInt32(entry[4..])));
        }

        return used;
    }

    public static TheoryData<string, ulong, uint, ushort, ushort> BadChains => new()
    {
        { "OutsideWindow", 0, 64, Write, 0 },
        { "OutsideWindow", FakeDriver.Base - 1, 2, Write, 0 },
        { "OutsideWindow", ulong.MaxValue, 2, Write, 0 },
        { "OutsideWindow", FakeDriver.Base, 0x10001, Write, 0 },
        { "SegmentTooLong", FakeDriver.Base, uint.MaxValue, Write, 0 },
        { "NextOutOfRange", FakeDriver.Base, 16, Next, 8 },
        { "ChainTooLong", FakeDriver.Base, 16, Next, 3 }, // 3 goes on at 3.
        { "IndirectNotNegotiated", FakeDriver.Base, 16, Indirect, 0 },
    };

    [Theory]
    [MemberData(nameof(BadChains))]
    public void Chain_Malformed_ComesBackUnusedAndTheRingGoesOn(string fault, ulong address, uint length, ushort flags, ushort next)
    {
        using DriverRig rig = new DriverRig().Run();
        Avail(rig, 0, head: 3, address, length, flags, next);
        Avail(rig, 0, head: 4, FakeDriver.Base + 0x3000, 64, Write);
        Frame posted = Assert.Single(rig.PumpAndTake());
        PostedPayload burst = PostedPayload.Read(posted.Payload);
        // The good one is sequence 0: the bad one never was a chain to the other side.
        Assert.Equal((0UL, 1), (burst.FirstSequence, burst.Count));
        Assert.Equal([(3u, 0u)], Used(rig, 0));
        Assert.Equal(1, rig.Counters.MalformedChains);
        Assert.Equal([0], rig.Driver.Doorbells);
        Assert.Contains(fault, Assert.Single(rig.Log.Of("ChainFault")), StringComparison.Ordinal);

        rig.GiveUsed(0, PeerFrames.Element(0, 5, PeerFrames.Bytes(5)));
        Assert.Equal([(3u, 0u), (4u, 5u)], Used(rig, 0));
        Assert.Empty(rig.Driver.ResetDemands);
        Assert.Equal(0, rig.Counters.BrokenQueues);
    }

    [Fact]
    public void Chains_MalformedByTheRing_AreAllCountedWithOneLine()
    {
        using DriverRig rig = new DriverRig().Run();
        for (ushort head = 0; head < 8; head++)
            Avail(rig, 0, head, 0, 64, Write);
        rig.Pump();
        Assert.Equal(8, rig.Counters.MalformedChains);
        Assert.Equal(Enumerable.Range(0, 8).Select(head => ((uint)head, 0u)), Used(rig, 0));
        Assert.Single(rig.Log.Of("ChainFault"));
        Assert.Single(rig.Driver.Doorbells);
    }

    [Fact]
    public void Chain_LongerThanAPlace_ComesBackUnusedWithASentence()
    {
        using DriverRig rig = new DriverRig(placeSize: 256).Run();
        LentChain tooLong = rig.Driver.Lend(0, [], [257]), fits = rig.Driver.Lend(0, [1], [240]);
        Frame posted = Assert.Single(rig.PumpAndTake());
        Assert.Equal(1, PostedPayload.Read(posted.Payload).Count);
        Assert.Equal([((uint)tooLong.Head, 0u)], Used(rig, 0));
        Assert.Equal((1, 0), (rig.Counters.OversizedChains, rig.Counters.MalformedChains));
        string line = Assert.Single(rig.Log.Of("ChainFault"));
        Assert.Contains("a chain of 257 bytes in 1 segments does not fit the device side's places of 256 bytes", line, StringComparison.Ordinal);
        rig.GiveUsed(0, PeerFrames.Element(0, 4, PeerFrames.Bytes(4)));
        Assert.Equal((fits.Head, 4u), Used(rig, 0)[1]);
    }

    [Fact]
    public void Chain_OfMoreSegmentsThanTheOtherRing_ComesBackUnused()
    {
        using DriverRig rig = new DriverRig(deviceRing: 2).Run();
        rig.Driver.Lend(0, [], [8, 8, 8]);
        rig.Driver.Lend(0, [], [8, 8]);
        Assert.Equal(1, PostedPayload.Read(Assert.Single(rig.PumpAndTake()).Payload).Count);
        Assert.Equal(1, rig.Counters.OversizedChains);
    }

    [Theory]
    [InlineData("IndexJump")]
    [InlineData("HeadOutOfRange")]
    [InlineData("HeadInUse")]
    public void Ring_Broken_StopsTheQueueTellsThePortOnceAndLeavesTheOther(string fault)
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Driver.Lend(0, [], [64]);
        rig.Driver.Lend(1, [64], []);
        rig.PumpAndTake();
        switch (fault)
        {
            case "IndexJump":
                SetAvailableIndex(rig, 0, 100);
                break;
            case "HeadOutOfRange":
                Avail(rig, 0, head: 0, 0, 0, 0);
                BitConverter.TryWriteBytes(rig.Driver.Window.GetSpan(rig.Driver.Layouts[0].Available + 4 + 2, 2), (ushort)8);
                break;
            default:
                Avail(rig, 0, head: 0, FakeDriver.Base + 0x3000, 64, Write);
                break;
        }

        rig.Pump();
        rig.Pump();
        Assert.Contains(fault, Assert.Single(rig.Driver.ResetDemands), StringComparison.Ordinal);
        Assert.Contains(fault, Assert.Single(rig.Log.Of("QueueBroken")), StringComparison.Ordinal);
        Assert.NotEqual(DeviceStatus.None, rig.Relay.Status & DeviceStatus.NeedsReset);
        Assert.Equal(1, rig.Counters.BrokenQueues);
        Assert.NotNull(rig.Queue(0).Fault);
        Assert.Null(rig.Queue(1).Fault);

        // Nothing is published in a ring that cannot be followed, but the peer is not at fault for using what it has.
        rig.GiveUsed(0, PeerFrames.Element(0, 4, PeerFrames.Bytes(4)));
        Assert.Empty(Used(rig, 0));
        rig.Give(FrameType.Used, PeerFrames.Used(1, rig.Generation(1), 0, [PeerFrames.Element(0, 0, [])]));
        rig.Driver.Lend(1, [16], []);
        rig.Peer.Take();
        Assert.Contains(rig.PumpAndTake(), frame => frame.Type == FrameType.Posted && PostedPayload.Read(frame.Payload) is { Queue: 1, Count: 1 });
        Assert.Single(Used(rig, 1));

        // A reset mends it.
        rig.Relay.Reset();
        rig.Pump();
        rig.Give(FrameType.DeviceStatus, PeerFrames.Status(0, rig.Relay.DriverLife));
        rig.Pump();
        rig.Driver.Start();
        rig.Driver.Lend(0, [], [64]);
        Assert.Contains(rig.PumpAndTake(), frame => frame.Type == FrameType.Posted && PostedPayload.Read(frame.Payload) is { Queue: 0, Count: 1 });
    }

    [Fact]
    public async Task Ring_BreakingBetweenAnyTwoLooks_NeverEndsMoreThanItsQueue()
    {
        // Another thread makes the index jump and come back all the time, so in some rounds it jumps just behind the fence of the arming.
        for (int round = 0; round < 60; round++)
        {
            using DriverRig rig = new DriverRig(capacity: PeerLane.SmallCapacity).Run();
            rig.Driver.Lend(0, [], [64]);
            var toggles = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var stop = new CancellationTokenSource();
            Task toggling = Task.Run(() =>
            {
                while (!stop.IsCancellationRequested)
                {
                    SetAvailableIndex(rig, 0, 100);
                    SetAvailableIndex(rig, 0, 1);
                    toggles.TrySetResult();
                }
            });
            await toggles.Task.Within();
            var watch = Stopwatch.StartNew();
            while (rig.Counters.BrokenQueues == 0 && watch.Elapsed < Bound.Wait)
                rig.Pump();
            await stop.CancelAsync();
            await toggling.Within();
            rig.Pump();
            Assert.Equal(1, rig.Counters.BrokenQueues);
            Assert.Single(rig.Driver.ResetDemands);
        }
    }

    [Fact]
    public async Task Chains_MalformedFasterThanTheyAreGivenBack_DoNotHoldTheTurn()
    {
        // All heads are malformed, and another thread makes each available again as soon as it comes back: the ring is never empty.
        using DriverRig rig = new DriverRig(capacity: PeerLane.SmallCapacity).Run();
        RingLayout layout = rig.Driver.Layouts[0];
        for (ushort head = 0; head < layout.Size; head++)
            Avail(rig, 0, head, 0, 64, Write);
        var filled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        Task filling = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Thread.MemoryBarrier();
                SetAvailableIndex(rig, 0, (ushort)(BitConverter.ToUInt16(rig.Driver.Window.GetSpan(layout.Used + 2, 2)) + layout.Size));
                filled.TrySetResult();
            }
        });
        await filled.Task.Within();

        // One call sends at most what the output holds, and looks at a ring full of chains for each frame.
        long frames = ((PeerLane.SmallCapacity - FrameHeader.MaximumFrame) / (FrameHeader.Size + PostedPayload.Size)) + 2;
        for (int i = 0; i < 10; i++)
        {
            long before = rig.Counters.MalformedChains;
            rig.Pump();
            Assert.InRange(rig.Counters.MalformedChains - before, 0, frames * layout.Size);
            rig.Peer.Take();
        }

        await stop.CancelAsync();
        await filling.Within();
        Assert.True(rig.Counters.MalformedChains > 0);
        Assert.Equal(0, rig.Counters.BrokenQueues);
    }

    [Fact]
    public void SetQueue_OfAQueueOrRingThatCannotBe_IsRefusedAtOnce()
    {
        using DriverRig rig = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => rig.Relay.SetQueue(0, rig.Driver.Window, RingLayout.Packed(FakeDriver.Base, 8)));
        rig.Up();
        foreach (int queue in new[] { -1, 2 })
            Assert.Throws<ArgumentOutOfRangeException>(() => rig.Relay.SetQueue(queue, rig.Driver.Window, RingLayout.Packed(FakeDriver.Base, 8)));
        Assert.Equal(RingFault.OutsideWindow, Assert.Throws<RingFaultException>(() => rig.Relay.SetQueue(0, rig.Driver.Window, RingLayout.Packed(0, 8))).Fault);
        Assert.Equal(RingFault.BadSize, Assert.Throws<RingFaultException>(
            () => rig.Relay.SetQueue(0, rig.Driver.Window, RingLayout.Packed(FakeDriver.Base, 8) with { Size = 7 })).Fault);
        Assert.Empty(rig.Relay.ReadStatus().Queues);
    }
}
