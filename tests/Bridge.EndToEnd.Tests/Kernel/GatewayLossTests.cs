using Bridge.EndToEnd.Tests.Applications;

namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>The machine of the device side is lost with all that it knew, and comes back: a Linux guest on the other machine goes on without unbinding, rebinding or a reboot.</summary>
[Trait("Category", "Kernel")]
[Trait("Category", "Resume")]
public sealed class GatewayLossTests
{
    [KernelFact]
    public async Task DeviceSide_KilledAndStartedAgain_GuestsChannelsComeBackByThemselves()
    {
        await using GuestBridge bridge = await GuestBridge.StartAsync();
        int seed = Random.Shared.Next(1_000_000);
        for (int life = 0; life < 3; life++)
        {
            int log = bridge.Guest.Log.Length;
            using Application application = await bridge.TalkAsync();
            await bridge.BurstAsync(application, 1000, seed + 2 * life);
            await bridge.RestartDeviceSideAsync();
            // The kernel's rpmsg bus takes the channel away: whoever had it open finds that out.
            await bridge.Guest.RunAsync("await 60 sh -c '! grep -q . /sys/class/rpmsg/rpmsg0/name 2>/dev/null || ! ls /sys/bus/rpmsg/devices | grep -q rpmsg-raw'");
            Assert.Equal(new GuestAnswer(1, "write: EPIPE"), await bridge.Guest.TryAsync("rpmsg send fd:3 late"));
            Assert.DoesNotContain("rpmsg host is online", bridge.Guest.Log[log..], StringComparison.Ordinal);
        }

        using Application last = await bridge.TalkAsync();
        await bridge.BurstAsync(last, 20_000, seed);
        Assert.Equal(3, await bridge.Pair.A.CounterAsync("rpmsg0", "relay.reseeded"));
    }

    [KernelFact]
    public async Task DeviceSide_KilledAndStartedAgain_KnowsTheServicesOfTheGuest()
    {
        await using GuestBridge bridge = await GuestBridge.StartAsync();
        await bridge.Guest.RunAsync("rpmsg create-dev /dev/rpmsg_ctrl0 thing 1000 any && claim thing && file=$(endpoint thing) && await 60 test -c $file && exec 3<>$file");
        for (int life = 0; life < 2; life++)
        {
            using Application application = await bridge.OpenAsync("thing");
            await application.SendAsync("to the guest"u8.ToArray());
            Assert.Equal("12 to the guest", await bridge.Guest.RunAsync("rpmsg read fd:3"));
            await bridge.RestartDeviceSideAsync();
            await Bounds.UntilAsync(() => bridge.HasChannel("thing"), "the guest's channel", bridge.Pair.Describe);
        }
    }
}
