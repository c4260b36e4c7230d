using Bridge.Ports.Sockets;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>The driver's initialisation against a scripted device, call by call.</summary>
public sealed class DriverPortTests
{
    private const ulong Everything = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | VirtioFeatures.RingPacked
        | RpmsgFeatures.NameService | RpmsgFeatures.AddressService | RpmsgFeatures.Flow | 1UL << 50;

    [Fact]
    public async Task Offer_OfAnRpmsgDevice_IsTakenInTheOrderOfTheSpecification()
    {
        await using ScriptedDevice device = new();
        device.Port.OnOffer(ScriptedDevice.Offer(Everything), device);
        Assert.Equal(["reset"], device.Calls);

        device.Port.OnResetDone();

        const ulong Accepted = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | RpmsgFeatures.NameService | RpmsgFeatures.Flow;
        Assert.Equal(
            ["reset", "status 1", "status 3", $"features {Accepted:x}", "status 11", "queue 0 256", "queue 1 256", "status 15", "available 0"],
            device.Calls);
        Assert.Equal(DriverState.Running, device.Port.State);
    }

    [Fact]
    public async Task Offer_OfALegacyDevice_HasNoFeaturesOkAndLegacyRings()
    {
        await using ScriptedDevice device = new();
        device.Port.OnOffer(ScriptedDevice.Offer(RpmsgFeatures.NameService), device);
        device.Port.OnResetDone();

        Assert.Equal(["reset", "status 1", "status 3", "features 1", "queue 0 256", "queue 1 256", "status 7", "available 0"], device.Calls);
        Assert.Equal(0ul, device.Queue0.Used % 4096);
    }

    [Fact]
    public async Task Offer_FeaturesRefused_FailsUntilTheOfferChanges()
    {
        await using ScriptedDevice device = new();
        device.RefuseFeatures = true;
        device.Port.OnOffer(ScriptedDevice.Offer(Everything), device);
        device.Port.OnResetDone();
        Assert.Equal("status 131", device.Calls[^1]);
        Assert.Equal(DriverState.Failed, device.Port.State);
        device.Calls.Clear();

        device.Port.OnNeedsReset("again");
        Assert.Empty(device.Calls);
        device.RefuseFeatures = false;
        device.Port.OnOffer(ScriptedDevice.Offer(Everything), device);
        device.Port.OnResetDone();

        Assert.Equal("reset", device.Calls[0]);
        Assert.Equal(DriverState.Running, device.Port.State);
    }

    [Fact]
    public async Task Offer_SmallerQueues_AreUsed()
    {
        await using ScriptedDevice device = new();
        device.Port.OnOffer(ScriptedDevice.Offer(Everything, 64, 128), device);
        device.Port.OnResetDone();

        Assert.Contains("queue 0 64", device.Calls);
        Assert.Contains("queue 1 64", device.Calls);
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(7, 0)]
    [InlineData(2, 2)]
    public async Task Offer_OfNoUsableDevice_Fails(int id, int queues)
    {
        await using ScriptedDevice device = new();
        device.Port.OnOffer(ScriptedDevice.Offer(Everything) with { DeviceId = (ushort)id, QueueSizes = [.. Enumerable.Repeat(256, queues)] }, device);
        device.Port.OnResetDone();

        Assert.Equal(DriverState.Failed, device.Port.State);
        Assert.Equal("status 131", device.Calls[^1]);
    }

    [Fact]
    public async Task NeedsReset_WhileRunning_StartsOver()
    {
        await using ScriptedDevice device = new();
        device.Port.OnOffer(ScriptedDevice.Offer(Everything), device);
        device.Port.OnResetDone();
        string[] first = [.. device.Calls];
        device.Calls.Clear();

        device.Port.OnNeedsReset("test");
        Assert.Equal(["reset"], device.Calls);
        Assert.Equal(DriverState.Resetting, device.Port.State);
        device.Port.OnNeedsReset("again, which is under way");
        Assert.Equal(["reset"], device.Calls);
        device.Port.OnResetDone();

        Assert.Equal(first, device.Calls);
    }

    [Fact]
    public async Task Offer_ChangedWhileRunning_KeepsRunning()
    {
        await using ScriptedDevice device = new();
        device.Port.OnOffer(ScriptedDevice.Offer(Everything), device);
        device.Port.OnResetDone();
        device.Calls.Clear();

        device.Port.OnOffer(ScriptedDevice.Offer(Everything) with { ConfigurationGeneration = 2 }, device);

        Assert.Empty(device.Calls);
        Assert.Equal(DriverState.Running, device.Port.State);
    }

    [Fact]
    public async Task Pump_BrokenRing_StartsOver()
    {
        await using ScriptedDevice device = new();
        device.Port.OnOffer(ScriptedDevice.Offer(Everything), device);
        device.Port.OnResetDone();
        device.Calls.Clear();

        // The used index of vq0 jumps ahead of everything that was lent.
        BitConverter.TryWriteBytes(device.Window!.GetSpan(device.Queue0.Used + 2, 2), (ushort)40_000);
        device.Port.Pump();

        Assert.Equal(["reset"], device.Calls);
        Assert.Equal(1, device.Port.ReadStatus().Counters.RingFaults);
    }
}
