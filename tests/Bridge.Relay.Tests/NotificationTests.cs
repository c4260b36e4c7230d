using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>Doorbells are a matter of each hop: whoever waits has asked for one, and is rung for what was published; whoever works is left alone.</summary>
public sealed class NotificationTests
{
    private const int Rounds = 4;

    public static TheoryData<ulong> Hops => new(VirtioFeatures.Version1, VirtioFeatures.Version1 | VirtioFeatures.EventIndex);

    [Theory]
    [MemberData(nameof(Hops))]
    public void DriverSide_Drained_AsksForTheNextDoorbell(ulong features)
    {
        using DriverRig rig = new DriverRig().Run(features);
        for (int i = 0; i < Rounds; i++)
        {
            rig.Driver.Lend(0, [], [16]);
            Assert.True(rig.Driver.Queues[0].ShouldNotify(), $"round {i}");
            rig.Pump();
        }
    }

    [Theory]
    [MemberData(nameof(Hops))]
    public void DriverSide_WithoutCredit_DoesNotAskForDoorbells(ulong features)
    {
        using DriverRig rig = new DriverRig(places: 2).Run(features);
        rig.Driver.Lend(0, [], [16]);
        rig.Driver.Queues[0].ShouldNotify();
        rig.Driver.Lend(0, [], [16]);
        rig.Pump();
        rig.Driver.Lend(0, [], [16]);
        Assert.False(rig.Driver.Queues[0].ShouldNotify());
        // The chain is found all the same, when a place is free again.
        rig.GiveUsed(0, PeerFrames.Element(0, 0, []));
        rig.Pump();
        Assert.Equal(3UL, rig.Queue(0).Posted);
    }

    [Theory]
    [MemberData(nameof(Hops))]
    public void DriverSide_UsedElements_RingOnceForABatchAndNotWhenSuppressed(ulong features)
    {
        using DriverRig rig = new DriverRig().Run(features);
        for (int i = 0; i < 4; i++)
            rig.Driver.Lend(0, [], [16]);
        rig.Pump();
        rig.GiveUsed(0, PeerFrames.Element(0, 0, []), PeerFrames.Element(1, 0, []));
        rig.Pump();
        rig.Pump();
        Assert.Equal([0], rig.Driver.Doorbells);
        // A driver that has not looked yet, or said so, hears nothing.
        rig.Driver.Queues[0].DisableNotifications();
        rig.GiveUsed(2, PeerFrames.Element(2, 0, []));
        rig.Pump();
        Assert.Single(rig.Driver.Doorbells);
        while (rig.Driver.Queues[0].TryTakeUsed(out _))
        {
        }

        Assert.False(rig.Driver.Queues[0].EnableNotifications());
        rig.GiveUsed(3, PeerFrames.Element(3, 0, []));
        rig.Pump();
        Assert.Equal([0, 0], rig.Driver.Doorbells);
        Assert.Equal(2, rig.Counters.Notifications);
    }

    [Theory]
    [MemberData(nameof(Hops))]
    public void DeviceSide_Drained_AsksForTheNextDoorbell(ulong features)
    {
        using DeviceRig rig = new();
        rig.Device.Offer = rig.Device.Offer with { Features = features };
        rig.Run();
        for (int i = 0; i < Rounds; i++)
        {
            rig.GivePosted((ulong)i, 0, PeerFrames.Chain([8], [], PeerFrames.Bytes(8)));
            rig.Pump();
            rig.Device.Use(1, rig.Device.Take(1)!, []);
            Assert.True(rig.Device.Queues[1].ShouldNotify(), $"round {i}");
            rig.Pump();
        }
    }

    [Theory]
    [MemberData(nameof(Hops))]
    public void DeviceSide_Chains_RingOnceForABatchAndNotWhenSuppressed(ulong features)
    {
        using DeviceRig rig = new();
        rig.Device.Offer = rig.Device.Offer with { Features = features };
        rig.Run();
        byte[] chain = PeerFrames.Chain([8], [], PeerFrames.Bytes(8));
        rig.GivePosted(0, 0, chain, chain);
        rig.Pump();
        rig.Pump();
        Assert.Equal([1], rig.Device.Doorbells);
        rig.Device.Queues[1].DisableNotifications();
        rig.GivePosted(2, 0, chain);
        rig.Pump();
        Assert.Single(rig.Device.Doorbells);
        while (rig.Device.Take(1) is not null)
        {
        }

        Assert.False(rig.Device.Queues[1].EnableNotifications());
        rig.GivePosted(3, 0, chain);
        rig.Pump();
        Assert.Equal([1, 1], rig.Device.Doorbells);
        Assert.Equal(2, rig.Counters.Notifications);
    }

    [Fact]
    public void DeviceSide_ChainsThatWaitForDescriptors_RingWhenTheyAreAvailable()
    {
        using DeviceRig rig = new DeviceRig(ringSize: 2, places: 2).Run();
        rig.GivePosted(0, 0, PeerFrames.Chain([8, 8], [], PeerFrames.Bytes(16)), PeerFrames.Chain([8, 8], [], PeerFrames.Bytes(16)));
        rig.Pump();
        Chain first = rig.Device.Take(1)!;
        Assert.False(rig.Device.Queues[1].EnableNotifications());
        rig.Device.Use(1, first, []);
        rig.Device.Doorbells.Clear();
        rig.Pump();
        Assert.Equal([1], rig.Device.Doorbells);
        Assert.Equal(2UL, rig.Queue(1).Posted);
        Assert.Equal(1UL, rig.Queue(1).Used);
    }
}
