using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>Posted and unconfirmed chains never outnumber the device side's places, and what waits for a place is not even captured.</summary>
public sealed class CreditTests
{
    [Fact]
    public void DriverSide_PlacesTaken_CapturesNoMoreUntilOneIsUsed()
    {
        using DriverRig rig = new DriverRig(places: 2).Run();
        for (int i = 0; i < 4; i++)
            rig.Driver.Lend(0, [], [64]);
        Assert.Equal(2, Assert.Single(Posted(rig)).Count);
        Assert.Empty(Posted(rig));
        Assert.Equal((2UL, 2), (rig.Queue(0).Posted, rig.Queue(0).InFlight));

        // The frame that takes the place confirms the element that freed it.
        rig.GiveUsed(0, PeerFrames.Element(1, 1, [1]));
        PostedPayload next = Assert.Single(Posted(rig));
        Assert.Equal((1, 2UL, 1UL), (next.Count, next.FirstSequence, next.UsedConfirmed));
        Assert.Empty(Posted(rig));
    }

    [Fact]
    public void DriverSide_NothingToSend_ConfirmsAllTheSame()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Driver.Lend(0, [], [64]);
        Posted(rig);
        rig.GiveUsed(0, PeerFrames.Element(0, 1, [1]));
        PostedPayload confirmation = Assert.Single(Posted(rig));
        Assert.Equal((0, 1UL, 1UL), (confirmation.Count, confirmation.FirstSequence, confirmation.UsedConfirmed));
        Assert.Empty(Posted(rig));
    }

    [Fact]
    public void DeviceSide_Place_IsFreeWhenItsElementIsConfirmed()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.GivePosted(0, 0, PeerFrames.Chain([8], [], PeerFrames.Bytes(8)), PeerFrames.Chain([8], [], PeerFrames.Bytes(8)));
        rig.Pump();
        Chain first = rig.Device.Take(1)!, second = rig.Device.Take(1)!;
        rig.Device.Use(1, second, []);
        rig.Device.Use(1, first, []);
        rig.PumpAndTake();
        Assert.Equal(2, rig.Relay.InFlight);
        rig.GivePosted(0, confirmed: 1);
        Assert.Equal(1, rig.Relay.InFlight);
        rig.GivePosted(0, confirmed: 2);
        Assert.Equal(0, rig.Relay.InFlight);
    }

    [Fact]
    public void DeviceSide_RingFull_HoldsChainsUntilDescriptorsAreFree()
    {
        // Two segments each: two chains fill the ring of four, the third waits in its place, in order.
        using DeviceRig rig = new DeviceRig(ringSize: 4, places: 3).Run();
        for (ulong i = 0; i < 3; i++)
            rig.GivePosted(i, 0, PeerFrames.Chain([8, 8], [], PeerFrames.Bytes(16, (int)i)));
        rig.Pump();
        Chain first = rig.Device.Take(1)!;
        Assert.NotNull(rig.Device.Take(1));
        Assert.Null(rig.Device.Take(1));
        rig.Device.Use(1, first, []);
        rig.Pump();
        Assert.Equal(PeerFrames.Bytes(16, 2), rig.Device.Read(rig.Device.Take(1)!));
    }

    private static List<PostedPayload> Posted(DriverRig rig) =>
        [.. rig.PumpAndTake().Where(frame => frame.Type == FrameType.Posted).Select(frame => PostedPayload.Read(frame.Payload)).Where(payload => payload.Queue == 0)];
}
