using System.Text;
using Bridge.Ports.Sockets;
using Bridge.Rpmsg;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>What the other side may say, and what must not come of it.</summary>
public sealed class HostilePeerTests
{
    public static TheoryData<string> Names => new(
        "../../x",
        "a/b",
        "/etc/x",
        ".",
        "..",
        "...",
        ".hidden",
        "~",
        "a b",
        "a\nb",
        "\u0001\u001f\u007f",
        "\u00ff\u00fe\u0080",
        "\u00c3(",
        "-rf",
        "$(reboot)",
        new string('%', 31),
        new string('.', 31),
        new string('/', 31),
        new string('\u00ff', 31));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Announce_AnyName_CreatesNothingOutsideItsDirectories(string name)
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: false);
        string[] before = driver.Run.Names(".");

        await driver.Announce(name, 1030);
        await driver.Announce("marker", 1031);
        await driver.Until(() => File.Exists(driver.Run["d/channels/marker"]));

        string[] made = [.. driver.Run.Names(".").Except(before).Where(static n => !n.Contains("marker", StringComparison.Ordinal))];
        if (name is "." or "..")
        {
            Assert.Empty(made);
            Assert.Equal(1, (await driver.Status()).Counters.AnnouncementsRefused);
        }
        else
        {
            string file = SocketName.Encode(name)!;
            Assert.Equal([$"d/channels/{file}", $"d/endpoints/{file}.1030"], made);
            using Application application = await driver.Open($"d/channels/{file}");
            await application.Send(new byte[] { 1 });
            await driver.Until(() => driver.Device.ReadStatus().Counters.FromApplications == 1);
        }

        await driver.Announce(name, 1030, destroy: true);
        await driver.Announce("marker", 1031, destroy: true);
        await driver.Until(() => driver.Run.Names(".").SequenceEqual(before));
    }

    [Fact]
    public async Task Announce_EmptyName_IsCounted()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: false);

        await driver.Announce([], 1030);

        await driver.Until(() => driver.Device.ReadStatus().Bus.BadNameService == 1);
        Assert.Empty(driver.Run.Names("d/channels"));
    }

    [Fact]
    public async Task Announce_UnterminatedName_IsCutTo31Bytes()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: false);

        await driver.Announce(Encoding.ASCII.GetBytes(new string('n', 32)), 1030);

        await driver.Until(() => File.Exists(driver.Run[$"d/channels/{new string('n', 31)}"]));
    }

    [Fact]
    public async Task Announce_SameNameAgain_ChannelIsTheNewestAndFallsBack()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: false);
        await driver.Announce("n", 1030);
        await driver.Announce("n", 1031);
        await driver.Until(() => File.Exists(driver.Run["d/endpoints/n.1031"]));
        Assert.Equal(1031u, Channel(await driver.Status()).RemoteAddress);

        await driver.Announce("n", 1031, destroy: true);

        await driver.Until(() => !File.Exists(driver.Run["d/endpoints/n.1031"]));
        Assert.Equal(1030u, Channel(await driver.Status()).RemoteAddress);
        Assert.Equal(["n.1030"], driver.Run.Names("d/endpoints"));

        static EntryStatus Channel(SocketsStatus status) => ConversationTests.Of(status, "channels/n");
    }

    [Fact]
    public async Task Announce_MoreThanAllowed_GetNoSocketsAndAreCounted()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: false, o => o with { MaximumChannels = 3 });

        for (uint i = 0; i < 10; i++)
        {
            await driver.Announce($"n{i}", 2000 + i);
        }

        await driver.Until(() => driver.Device.ReadStatus().Counters.AnnouncementsRefused == 7);
        Assert.Equal(3, driver.Run.Names("d/endpoints").Length);
    }

    [Fact]
    public async Task Message_FromAnotherThanThePeer_IsCountedNotDelivered()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: false, o => o with { Services = [new ServiceOptions("s", 80)] });
        using Application application = await driver.Open("d/services/s");
        await driver.Until(() => driver.Announced.Count == 1);

        await driver.Send(1030, 80, [1]);
        await driver.Send(1031, 80, [2]);
        await driver.Send(1030, 80, [3]);

        Assert.Equal([1], await application.Receive());
        Assert.Equal([3], await application.Receive());
        Assert.Equal(1, (await driver.Status()).Counters.Strangers);
    }

    [Fact]
    public async Task Message_ToServiceWithoutApplication_IsCounted()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: true, o => o with { Services = [new ServiceOptions("s", 80)] });

        await driver.Send(1030, 80, [1]);
        await driver.SendFlow(FlowKind.Open, 1030, 80, 64);

        await driver.Until(() => driver.Flow.Contains(new FlowMessage(FlowKind.Close, 80, 1030, (uint)FlowCloseReason.NoApplication)));
        Assert.Equal((1, 1), (driver.Device.ReadStatus().Counters.NoApplication, driver.Device.ReadStatus().Counters.PeersRefused));
    }

    [Fact]
    public async Task Message_BeforeOpen_DoesNotBindWhereFlowIsSpoken()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: true, o => o with { Services = [new ServiceOptions("s", 80)] });
        using Application application = await driver.Open("d/services/s");
        await driver.Until(() => driver.Announced.Count == 1);

        await driver.Send(1030, 80, [1]);
        await driver.SendFlow(FlowKind.Open, 1031, 80, 64);
        await driver.Send(1031, 80, [2]);

        Assert.Equal([2], await application.Receive());
        Assert.Equal(1, (await driver.Status()).Counters.Strangers);
    }

    [Fact]
    public async Task Message_BeyondTheWindow_EndsThatConversationOnly()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(
            flow: true, o => o with { Services = [new ServiceOptions("s", 80), new ServiceOptions("t", 81)], SendBufferSize = 4096 });
        using Application application = await driver.Open("d/services/s");
        using Application other = await driver.Open("d/services/t");
        await driver.Until(() => driver.Announced.Count == 2);
        await driver.SendFlow(FlowKind.Open, 1030, 80, 64);
        await driver.SendFlow(FlowKind.Open, 1031, 81, 64);

        for (int i = 0; i < 200; i++)
        {
            await driver.Send(1030, 80, BitConverter.GetBytes(i));
        }

        await driver.Until(() => driver.Flow.Contains(new FlowMessage(FlowKind.Close, 80, 1030, (uint)FlowCloseReason.Violation)));
        await application.ReceiveToEnd();
        await driver.Send(1031, 81, [7]);
        Assert.Equal([7], await other.Receive());
        Assert.Equal(1, (await driver.Status()).Counters.FlowViolations);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(64u)]
    [InlineData(0x8000_0000u)]
    [InlineData(uint.MaxValue)]
    public async Task Credit_ForMessagesNeverSent_IsCountedAndIgnored(uint value)
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: true, o => o with { Services = [new ServiceOptions("s", 80)] });
        using Application application = await driver.Open("d/services/s");
        await driver.Until(() => driver.Announced.Count == 1);
        await driver.SendFlow(FlowKind.Open, 1030, 80, 64);

        await driver.SendFlow(FlowKind.Credit, 1030, 80, value);

        await driver.Until(() => driver.Device.ReadStatus().Counters.BadFlow == 1);
        Assert.Equal(64, ConversationTests.Of(await driver.Status(), "services/s").Conversation!.Credit);
    }

    [Fact]
    public async Task Credit_Withheld_StopsAfterTheWindow()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: true, o => o with { Services = [new ServiceOptions("s", 80)] });
        using Application application = await driver.Open("d/services/s");
        await driver.Until(() => driver.Announced.Count == 1);
        await driver.Do(() => driver.Bus.CreateEndpoint("", 1030));
        await driver.SendFlow(FlowKind.Open, 1030, 80, 64);
        for (int i = 0; i < 100; i++)
        {
            await application.Send(BitConverter.GetBytes(i));
        }

        await driver.Until(() => driver.Messages.Count == 64);
        Assert.Equal(0, ConversationTests.Of(await driver.Status(), "services/s").Conversation!.Credit);
        await driver.SendFlow(FlowKind.Credit, 1030, 80, 10);
        await driver.Until(() => driver.Messages.Count == 74);
        await driver.SendFlow(FlowKind.Open, 1030, 80, 80);

        await driver.Until(() => driver.Messages.Count == 90);
        Assert.Equal(Enumerable.Range(0, 90), driver.Messages.Select(m => BitConverter.ToInt32(m.Payload)));
    }

    [Fact]
    public async Task Open_ImpossibleWindowOrSource_IsCountedAndIgnored()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: true, o => o with { Services = [new ServiceOptions("s", 80)] });
        using Application application = await driver.Open("d/services/s");
        await driver.Until(() => driver.Announced.Count == 1);

        await driver.SendFlow(FlowKind.Open, RpmsgAddress.Any, 80, 64);
        await driver.SendFlow(FlowKind.Open, 1030, 80, uint.MaxValue);

        await driver.Until(() => driver.Device.ReadStatus().Counters.BadFlow == 2);
        Assert.Equal(64, ConversationTests.Of(await driver.Status(), "services/s").Conversation!.Credit);
    }

    [Fact]
    public async Task Open_FromManyStrangers_IsRefusedAndMemoryIsBounded()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: true);

        for (uint i = 0; i < 1000; i++)
        {
            await driver.SendFlow(FlowKind.Open, 2000 + i, 5, 64);
        }

        await driver.Until(() => driver.Device.ReadStatus().Counters.PeersRefused == 1000);
        await driver.Until(() => driver.Flow.Count(static m => m.Kind == FlowKind.Close) is > 0 and <= 1000);
    }

    [Fact]
    public async Task Ring_Broken_AsksForAResetAndWorksInTheNextLife()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: false, o => o with { Services = [new ServiceOptions("s", 80)] });
        using Application application = await driver.Open("d/services/s");
        await driver.Until(() => driver.Announced.Count == 1);

        // vq1's available index jumps far ahead.
        await driver.Do(() =>
        {
            BitConverter.TryWriteBytes(driver.Window.GetSpan(driver.Rings.Transmit.Available + 2, 2), (ushort)40_000);
            driver.Device.OnAvailable(1);
        });
        await driver.Until(() => driver.NeededReset is not null);
        Assert.Equal(1, driver.Device.ReadStatus().Counters.RingFaults);

        await driver.Do(() =>
        {
            driver.EndLife();
            driver.ForgetReset();
            driver.StartLife();
        });
        await driver.Send(1030, 80, [9]);

        Assert.Equal([9], await application.Receive());
    }
}
