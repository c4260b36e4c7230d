using System.Net;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Loss;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>The Linux kernel's own rpmsg drivers, over two gateways, with applications at sockets.</summary>
[Trait("Category", "Kernel")]
public sealed class RpmsgGuestTests
{
    private const int Burst = 20_000;

    [KernelFact]
    public async Task Raw_ServiceOfB_IsADeviceFileOfTheGuest()
    {
        await using GuestBridge bridge = await GuestBridge.StartAsync();
        using Application application = await bridge.TalkAsync();

        await bridge.ExchangeAsync(application);

        Assert.Matches("^rpmsg-raw 0x[0-9a-f]+ 0x[0-9a-f]+ rpmsg_chrdev$", await bridge.Guest.RunAsync("channel rpmsg-raw"));
        // Every buffer of a ring more than once.
        for (int i = 0; i < 300; i++)
            await application.SendAsync(new[] { (byte)'x' });
        Assert.Equal("echoed=300", await bridge.Guest.RunAsync("rpmsg echo fd:3 300"));
        for (int i = 0; i < 300; i++)
            Assert.Equal("x"u8.ToArray(), await application.ReceiveAsync());
    }

    [KernelFact]
    public async Task Raw_LongestMessage_PassesAndOneByteMoreIsRefused()
    {
        await using GuestBridge bridge = await GuestBridge.StartAsync();
        using Application application = await bridge.TalkAsync();

        Assert.Equal("496", await bridge.Guest.RunAsync("rpmsg write fd:3 496"));
        Assert.Equal(Enumerable.Range(0, 496).Select(i => (byte)(i % 251)), await application.ReceiveAsync());
        Assert.Equal(new GuestAnswer(1, "write: EMSGSIZE"), await bridge.Guest.TryAsync("rpmsg write fd:3 497"));

        string longest = new('x', Application.MaximumMessage);
        await application.SendAsync(System.Text.Encoding.ASCII.GetBytes(longest));
        Assert.Equal($"496 {longest}", await bridge.Guest.RunAsync("rpmsg read fd:3"));
        await bridge.ExchangeAsync(application);
    }

    [KernelFact]
    public async Task Burst_BothWaysAtOnce_ArrivesOnceInOrder()
    {
        await using GuestBridge bridge = await GuestBridge.StartAsync();
        using Application application = await bridge.TalkAsync();

        await bridge.BurstAsync(application, Burst, Random.Shared.Next(1_000_000));

        await bridge.ExchangeAsync(application);
    }

    [KernelFact]
    public async Task Rebind_Driver_IsANewEpochAndTheChannelComesBack()
    {
        await using GuestBridge bridge = await GuestBridge.StartAsync();
        long epoch = await bridge.EpochAsync();
        using (Application before = await bridge.TalkAsync())
        {
            await bridge.Guest.RunAsync("unbind");
            Assert.Equal(new GuestAnswer(1, "write: EPIPE"), await bridge.Guest.TryAsync("rpmsg send fd:3 late"));
            // Up to here it could be a guest that is stopped and goes on.
            int log = bridge.Guest.Log.Length;
            await bridge.Guest.RunAsync("bind");
            Assert.Equal(0, await before.ReceiveToEndAsync());
            await bridge.UntilOnlineAsync(log);
        }

        Assert.NotEqual(epoch, await bridge.EpochAsync());
        using Application after = await bridge.TalkAsync();
        await bridge.BurstAsync(after, 1000, Random.Shared.Next(1_000_000));
    }

    [KernelFact]
    public Task Reboot_Guest_IsANewEpochAndTheChannelComesBack() => GuestHungException.AgainAsync(async () =>
    {
        await using GuestBridge bridge = await GuestBridge.StartAsync();
        long epoch = await bridge.EpochAsync();
        using (Application before = await bridge.TalkAsync())
        {
            int log = bridge.Guest.Log.Length;
            await bridge.Guest.RebootAsync();
            Assert.Equal(0, await before.ReceiveToEndAsync());
            await bridge.UntilOnlineAsync(log);
        }

        Assert.NotEqual(epoch, await bridge.EpochAsync());
        using Application after = await bridge.TalkAsync();
        await bridge.BurstAsync(after, 1000, Random.Shared.Next(1_000_000));
    });

    [KernelFact]
    public async Task Kill_GuestThenAnotherBoots_TheChannelWorksAgain()
    {
        await using GuestBridge bridge = await GuestBridge.StartAsync();
        long epoch = await bridge.EpochAsync();
        using (Application before = await bridge.TalkAsync())
        {
            await bridge.Guest.KillAsync();
            // So the gateway has noticed: it takes one front end at a time.
            Assert.Equal(0, await before.ReceiveToEndAsync());
        }

        await bridge.BootAsync();

        Assert.NotEqual(epoch, await bridge.EpochAsync());
        using Application after = await bridge.TalkAsync();
        await bridge.BurstAsync(after, 1000, Random.Shared.Next(1_000_000));
    }

    [KernelFact]
    public async Task Burst_LinkCutAgainAndAgain_ArrivesOnceInOrder()
    {
        int seed = Random.Shared.Next(1_000_000);
        IPEndPoint listen = Loopback.Next(), towards = Loopback.Next();
        // Between two cuts there is room for what is sent again and more: a writer in the guest waits 15 s for progress.
        await using TcpRelay relay = new(towards, listen, seed, spacing: 20);
        BridgePlan plan = new() { KeepAliveSeconds = 1, ListenB = listen.ToString(), ConnectA = [towards.ToString()] };
        await using GuestBridge bridge = await GuestBridge.StartAsync(plan, "rpmsg-raw");
        using Application application = await bridge.TalkAsync();
        (int cuts, long epoch) = (relay.Cuts, await bridge.EpochAsync());

        await bridge.BurstAsync(application, Burst, seed);

        Assert.True(relay.Cuts > cuts, $"The link was not cut. Seed {seed}. {bridge.Pair.Describe()}");
        Assert.Equal(epoch, await bridge.EpochAsync());
        relay.Calm();
    }

    [KernelFact]
    public async Task Sample_KernelsOwnClient_AnswersEveryMessage()
    {
        await using GuestBridge bridge = await GuestBridge.StartAsync(BridgePlan.OnLoopback("tcp"), "rpmsg-client-sample");
        using Application application = await bridge.OfferAsync("rpmsg-client-sample");
        await bridge.Guest.RunAsync("sample 100");

        byte[] greeting = "hello world!"u8.ToArray();
        Assert.Equal(greeting, await application.ReceiveAsync());
        for (int i = 1; i < 100; i++)
        {
            await application.SendAsync("hello guest!"u8.ToArray());
            Assert.Equal(greeting, await application.ReceiveAsync());
        }

        // The last one is not answered.
        await application.SendAsync("hello guest!"u8.ToArray());
        await bridge.Guest.WaitForLogAsync("incoming msg 100 ");
        await bridge.Guest.WaitForLogAsync("goodbye!");
        await bridge.Guest.RunAsync("sample_end");
    }

    [KernelFact]
    public async Task Tty_ServiceOfB_IsATerminalOfTheGuest()
    {
        await using GuestBridge bridge = await GuestBridge.StartAsync(BridgePlan.OnLoopback("tcp"), "rpmsg-tty");
        using Application application = await bridge.OfferAsync("rpmsg-tty");
        await bridge.Guest.RunAsync("await 60 test -c /dev/ttyRPMSG0 && tty_raw && exec 4<>/dev/ttyRPMSG0 && printf 'to the other side' >&4");

        Assert.Equal("to the other side"u8.ToArray(), await application.ReceiveAsync());
        await application.SendAsync("to the terminal"u8.ToArray());
        Assert.Equal("to the terminal", await bridge.Guest.RunAsync("timeout 60 head -c 15 <&4"));
    }

    [KernelFact]
    public async Task Announced_ServiceOfTheGuest_IsAChannelOfBUntilItIsReleased()
    {
        await using GuestBridge bridge = await GuestBridge.StartAsync();
        await bridge.Guest.RunAsync("rpmsg create-dev /dev/rpmsg_ctrl0 thing 1000 any && claim thing && file=$(endpoint thing) && await 60 test -c $file && exec 3<>$file");
        using Application application = await bridge.OpenAsync("thing");

        await application.SendAsync("to the guest"u8.ToArray());
        Assert.Equal("12 to the guest", await bridge.Guest.RunAsync("rpmsg read fd:3"));

        await bridge.Guest.RunAsync("rpmsg release-dev /dev/rpmsg_ctrl0 thing 1000 any");
        Assert.Equal(0, await application.ReceiveToEndAsync());
        await Bounds.UntilAsync(() => !bridge.HasChannel("thing"), "the end of the channel", bridge.Pair.Describe);
    }

    [KernelFact]
    public async Task Endpoint_MadeByIoctl_TalksToAServiceAtAFixedAddressUntilItIsDestroyed()
    {
        BridgePlan plan = BridgePlan.OnLoopback("tcp") with { Devise = static (_, b) => b["rpmsg0"]!["services"]!["fixed"]!["address"] = 600 };
        await using GuestBridge bridge = await GuestBridge.StartAsync(plan, "fixed");
        using Application application = await bridge.OfferAsync("fixed");
        // The kernel picks the source; the destination is known by agreement, and no channel has to do with it.
        await bridge.Guest.RunAsync("file=$(fixed_endpoint mine any 600) && await 60 test -c $file && exec 3<>$file");

        await bridge.ExchangeAsync(application);

        await bridge.Guest.RunAsync("rpmsg destroy-ept fd:3");
        Assert.Equal(new GuestAnswer(1, "write: EPIPE"), await bridge.Guest.TryAsync("rpmsg send fd:3 late"));
        Assert.Equal(1, (await bridge.Guest.TryAsync("test -e $file")).ExitCode);
    }
}
