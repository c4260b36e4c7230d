using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Relay.Tests.Simulation;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>Between ports that never wait for a completion, housekeeping goes with the next message or after a lull; whoever may wait gets it at once.</summary>
public sealed class LullTests
{
    private const int Ring = 64;
    private const ulong Patient = VirtioFeatures.Version1 | SimulatedDriver.Patient;

    private static readonly TimeSpan s_lull = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void DriverSide_OneBufferIsLentAgain_WaitsForTheNextMessageThatNeedsNoOtherFrame()
    {
        using DriverRig rig = PatientDriver();
        rig.GiveUsed(0, PeerFrames.Element(0, 4, [1, 2, 3, 4]));
        rig.Driver.Lend(0, [], [64]);
        rig.Pump();
        Assert.False(rig.Relay.TakeFlush());

        rig.Driver.Lend(1, [64], []);
        rig.Pump();

        Assert.True(rig.Relay.TakeFlush());
        PostedPayload[] sent = [.. rig.Peer.Take().Select(frame => PostedPayload.Read(frame.Payload))];
        Assert.Equal([(0, 1, 1UL), (1, 1, 0UL)], sent.Select(burst => ((int)burst.Queue, (int)burst.Count, burst.UsedConfirmed)));
    }

    [Fact]
    public void DriverSide_NothingMoreComes_ConfirmsAfterTheLull()
    {
        using DriverRig rig = PatientDriver();
        rig.GiveUsed(0, PeerFrames.Element(0, 4, [1, 2, 3, 4]));
        rig.Pump();
        Assert.False(rig.Relay.TakeFlush());
        Assert.Empty(rig.Peer.Take());
        Assert.NotNull(rig.Relay.Deadline);

        rig.Time.Advance(s_lull);
        rig.Pump();

        Assert.True(rig.Relay.TakeFlush());
        Assert.Equal(1UL, PostedPayload.Read(Assert.Single(rig.Peer.Take()).Payload).UsedConfirmed);
        Assert.Null(rig.Relay.Deadline);
        rig.Pump();
        Assert.False(rig.Relay.TakeFlush());
    }

    [Fact]
    public void DriverSide_ManyBuffersAreLentAgain_GoAtOnce()
    {
        using DriverRig rig = PatientDriver();
        rig.GiveUsed(0, [.. Enumerable.Range(0, 3).Select(i => PeerFrames.Element((ulong)i, 1, [1]))]);
        for (int i = 0; i < 3; i++)
            rig.Driver.Lend(0, [], [64]);
        rig.Pump();
        Assert.True(rig.Relay.TakeFlush());
    }

    [Fact]
    public void DriverSide_FewBuffersAreLentAtAll_GoAtOnce()
    {
        using DriverRig rig = PatientDriver(lent: 4);
        rig.GiveUsed(0, PeerFrames.Element(0, 1, [1]));
        rig.Driver.Lend(0, [], [64]);
        rig.Pump();
        Assert.True(rig.Relay.TakeFlush());
    }

    [Fact]
    public void DriverSide_DriverMayWait_ConfirmsAtOnce()
    {
        using DriverRig rig = PatientDriver(VirtioFeatures.Version1);
        rig.GiveUsed(0, PeerFrames.Element(0, 1, [1]));
        rig.Pump();
        Assert.True(rig.Relay.TakeFlush());
        Assert.Equal(1UL, PostedPayload.Read(Assert.Single(rig.Peer.Take()).Payload).UsedConfirmed);
    }

    [Fact]
    public void DeviceSide_CompletionWithoutData_WaitsForOneWithDataOrForTheLull()
    {
        using DeviceRig rig = PatientDevice();
        Complete(rig, 0);
        Assert.False(rig.Relay.TakeFlush());
        rig.Time.Advance(s_lull);
        rig.Pump();
        Assert.True(rig.Relay.TakeFlush());

        Complete(rig, 1);
        Assert.False(rig.Relay.TakeFlush());
        rig.Give(FrameType.Posted, PeerFrames.Posted(0, DeviceRig.Generation, 0, 0, [PeerFrames.Chain([], [16], [])]));
        rig.Pump();
        rig.Device.Use(0, rig.Device.Take(0)!, [1, 2]);
        rig.Pump();
        Assert.True(rig.Relay.TakeFlush());
        Assert.Equal(3, rig.Peer.Take().Count(frame => frame.Type == FrameType.Used));
    }

    [Fact]
    public void DeviceSide_ManyCompletions_GoAtOnce()
    {
        using DeviceRig rig = PatientDevice();
        Complete(rig, 0);
        Complete(rig, 1);
        Assert.False(rig.Relay.TakeFlush());
        Complete(rig, 2);
        Assert.True(rig.Relay.TakeFlush());
    }

    [Fact]
    public void DeviceSide_DriverHasFewBuffers_CompletesAtOnce()
    {
        using DeviceRig rig = PatientDevice(driverRing: 16);
        Complete(rig, 0);
        Assert.True(rig.Relay.TakeFlush());
    }

    [Fact]
    public void DeviceSide_DriverMayWait_CompletesAtOnce()
    {
        using DeviceRig rig = PatientDevice(VirtioFeatures.Version1);
        Complete(rig, 0);
        Assert.True(rig.Relay.TakeFlush());
    }

    [Fact]
    public void Connection_New_ForgetsWhatWaited()
    {
        using DeviceRig rig = PatientDevice();
        Complete(rig, 0);
        Assert.False(rig.Relay.TakeFlush());
        rig.Peer.Down();
        rig.Up(new QueueProgress(0, DeviceRig.Generation, 0, 0), new QueueProgress(1, DeviceRig.Generation, 1, 0));
        rig.Pump();
        Assert.True(rig.Relay.TakeFlush());
        Assert.Contains(rig.Peer.Take(), frame => frame.Type == FrameType.Used);
    }

    private static DriverRig PatientDriver(ulong features = Patient, int lent = Ring - 8)
    {
        DriverRig rig = new DriverRig(Ring, Ring, offered: FakeDevice.Offered | SimulatedDriver.Patient).Run(features);
        for (int i = 0; i < lent; i++)
            rig.Driver.Lend(0, [], [64]);
        rig.Pump();
        Assert.True(rig.Relay.TakeFlush());
        rig.Peer.Take();
        return rig;
    }

    private static DeviceRig PatientDevice(ulong features = Patient, uint driverRing = Ring)
    {
        DeviceRig rig = new(Ring, Ring, offer: offer => offer with { Features = offer.Features | SimulatedDriver.Patient }, driverRing: driverRing);
        rig.Up();
        rig.Begin(features);
        rig.Pump();
        Assert.True(rig.Relay.TakeFlush());
        rig.Peer.Take();
        return rig;
    }

    /// <summary>A message comes, and the device gives its buffer back.</summary>
    private static void Complete(DeviceRig rig, ulong sequence)
    {
        rig.GivePosted(sequence, 0, PeerFrames.Chain([8], [], PeerFrames.Bytes(8)));
        rig.Pump();
        rig.Device.Use(1, rig.Device.Take(1)!, []);
        rig.Pump();
    }
}
