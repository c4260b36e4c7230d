using Bridge.Ports.Sockets;
using Bridge.Rpmsg;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>A foreign other side by the thousands: what is kept is bounded, what is not is counted, and a conversation goes on meanwhile.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Hostile")]
public sealed class StormTests
{
    private const int Thousands = 5000;

    // Generous: a thousand bytes for each of the thousands would be above it.
    private const long MaximumGrowth = 4L << 20;

    // Far from those that the ports choose.
    private const uint First = 0x10000;

    [Fact]
    public async Task Announcements_ByTheThousands_KeepTheAllowedOnesAndAreForgottenWhenWithdrawn()
    {
        await using ForeignDriver driver = await StartAsync();
        using Application application = await TalkAsync(driver);
        string[] quiet = driver.Run.Names(".");
        await AnnounceAsync(driver, Thousands / 10);
        await WithdrawAsync(driver, Thousands / 10, quiet);
        (int descriptors, long memory) = (Descriptors(), Memory());
        long refused = Refused(driver);

        await AnnounceAsync(driver, Thousands);

        int allowed = new SocketsOptions { Device = "d", RunDirectory = driver.Run.Path }.MaximumChannels;
        Assert.Equal(allowed, driver.Run.Names("d/endpoints").Length);
        Assert.Equal(allowed, driver.Run.Names("d/channels").Length);
        Assert.Equal(Thousands - allowed, Refused(driver) - refused);
        await AssertTalkingAsync(driver, application);
        await WithdrawAsync(driver, Thousands, quiet);
        await AssertKeptAsync(driver, descriptors, memory);
        await AssertTalkingAsync(driver, application);
    }

    [Fact]
    public async Task Announcements_OfOneNameAtThousandsOfAddresses_KeepTheAllowedOnes()
    {
        await using ForeignDriver driver = await StartAsync();
        using Application application = await TalkAsync(driver);
        string[] quiet = driver.Run.Names(".");

        for (uint i = 0; i < Thousands; i++)
        {
            await driver.Announce("one", First + i);
        }

        int allowed = new SocketsOptions { Device = "d", RunDirectory = driver.Run.Path }.MaximumChannels;
        await driver.Until(() => Refused(driver) == Thousands - allowed);
        Assert.Equal(allowed, driver.Run.Names("d/endpoints").Length);
        Assert.Equal(["one"], driver.Run.Names("d/channels"));
        // From the last to the first: the channel falls back again and again.
        for (uint i = Thousands; i > 0; i--)
        {
            await driver.Announce("one", First + i - 1, destroy: true);
        }

        await driver.Until(() => driver.Run.Names(".").SequenceEqual(quiet), "everything withdrawn");
        await AssertTalkingAsync(driver, application);
    }

    [Fact]
    public async Task Messages_FromThousandsOfStrangers_KeepNothing()
    {
        await using ForeignDriver driver = await StartAsync();
        using Application application = await TalkAsync(driver);
        await StrangersAsync(driver, Thousands / 10);
        (int descriptors, long memory) = (Descriptors(), Memory());

        await StrangersAsync(driver, Thousands);

        await AssertKeptAsync(driver, descriptors, memory);
        await AssertTalkingAsync(driver, application);
    }

    private static Task<ForeignDriver> StartAsync() => ForeignDriver.Start(flow: true, static o => o with { Services = [new ServiceOptions("s", 80)] });

    private static async Task<Application> TalkAsync(ForeignDriver driver)
    {
        Application application = await driver.Open("d/services/s");
        await driver.Until(() => driver.Announced.Count == 1);
        await driver.SendFlow(FlowKind.Open, 1030, 80, 64);
        await AssertTalkingAsync(driver, application);
        return application;
    }

    private static async Task AssertTalkingAsync(ForeignDriver driver, Application application)
    {
        await driver.Send(1030, 80, [7]);
        Assert.Equal([7], await application.Receive());
    }

    private static async Task AnnounceAsync(ForeignDriver driver, int count)
    {
        for (uint i = 0; i < count; i++)
        {
            await driver.Announce($"n{i}", First + i);
        }

        // The last one has been dealt with when the message behind it has been counted.
        await SettleAsync(driver);
    }

    private static async Task WithdrawAsync(ForeignDriver driver, int count, string[] quiet)
    {
        for (uint i = 0; i < count; i++)
        {
            await driver.Announce($"n{i}", First + i, destroy: true);
        }

        await driver.Until(() => driver.Run.Names(".").SequenceEqual(quiet), "everything withdrawn");
    }

    private static async Task StrangersAsync(ForeignDriver driver, int count)
    {
        for (uint i = 0; i < count; i++)
        {
            await driver.SendFlow(FlowKind.Open, First + i, 80, 64);
            await driver.SendFlow(FlowKind.Credit, First + i, 80, i);
            await driver.Send(First + i, 80, [1]);
        }

        await SettleAsync(driver);
        await driver.Do(driver.Flow.Clear);
    }

    private static async Task SettleAsync(ForeignDriver driver)
    {
        long before = driver.Device.ReadStatus().Counters.Strangers;
        await driver.Send(1, 80, [1]);
        await driver.Until(() => driver.Device.ReadStatus().Counters.Strangers > before);
    }

    private static async Task AssertKeptAsync(ForeignDriver driver, int descriptors, long memory)
    {
        // The last listeners are closed in the turn that took their files away.
        await driver.Until(() => Descriptors() <= descriptors, $"at most {descriptors} descriptors");
        long growth = Memory() - memory;
        Assert.True(growth < MaximumGrowth, $"{growth} bytes more are held");
    }

    /// <summary>Without sockets: those that the bus does not remember, and those that it does.</summary>
    private static long Refused(ForeignDriver driver) =>
        driver.Device.ReadStatus().Bus.TooManyAnnouncements + driver.Device.ReadStatus().Counters.AnnouncementsRefused;

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);
}
