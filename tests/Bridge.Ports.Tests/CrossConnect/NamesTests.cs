using System.Text;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.Ports.Tests.CrossConnect;

/// <summary>What each driver hears of the other one's names.</summary>
public sealed class NamesTests
{
    [Fact]
    public void Announce_OtherDriverRuns_HearsOfItAndOfItsEnd()
    {
        using PairRig rig = PairRig.Started();
        rig.Remote.Announce("rpmsg-raw", 600);
        rig.Remote.Send(600, 700, "hello");
        rig.Remote.Announce("rpmsg-raw", 600, destroy: true);
        rig.Pump();

        Assert.Equal(["+rpmsg-raw@600", "600>700 hello", "-rpmsg-raw@600"], rig.Local.ReceiveAll());
        Assert.Empty(rig.Connection.ReadRemote().Names);
        Assert.Equal((1, 1, 2), (rig.Remote.Counters.Announced, rig.Remote.Counters.Withdrawn, rig.Local.Counters.NamesSent));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Start_OtherDriverHasNames_IsToldOfThoseThatAreAliveInTheirOrder(bool remoteFirst)
    {
        using PairRig rig = new();
        (RigDriver first, RigDriver second) = remoteFirst ? (rig.Remote, rig.Local) : (rig.Local, rig.Remote);
        first.Start();
        first.Announce("b", 2);
        first.Announce("gone", 3);
        first.Announce("a", 1);
        first.Announce("gone", 3, destroy: true);
        rig.Pump();
        second.Start();
        rig.Pump();

        Assert.Equal(["+b@2", "+a@1"], second.ReceiveAll());
        Assert.Empty(first.ReceiveAll());
    }

    [Fact]
    public void Reset_DriverWithNames_AreWithdrawnAndAnnouncedAgain()
    {
        using PairRig rig = PairRig.Started();
        rig.Remote.Announce("a", 1);
        rig.Remote.Announce("b", 2);
        rig.Pump();
        rig.Local.ReceiveAll();

        rig.Remote.Stop();
        rig.Pump();
        Assert.Equal(["-a@1", "-b@2"], rig.Local.ReceiveAll().Order());
        Assert.Empty(rig.Connection.ReadRemote().Names);
        rig.Remote.Start();
        rig.Remote.Announce("a", 1);
        rig.Pump();
        Assert.Equal(["+a@1"], rig.Local.ReceiveAll());
    }

    [Fact]
    public void Reset_DriverThatWasTold_IsToldAgainAndTheOtherOneNot()
    {
        using PairRig rig = PairRig.Started();
        rig.Remote.Announce("a", 1);
        rig.Local.Announce("z", 26);
        rig.Pump();
        rig.Local.Stop();
        rig.Local.Start();
        rig.Pump();

        Assert.Equal(["+a@1"], rig.Local.ReceiveAll());
        Assert.Equal(["+z@26", "-z@26"], rig.Remote.ReceiveAll());
    }

    [Fact]
    public void Reset_BeforeTheOtherDriverWasTold_DoesNotTroubleIt()
    {
        using PairRig rig = PairRig.Started();
        // No buffer for names.
        while (rig.Remote.TrySend(1, 2, "x"u8))
            rig.Pump();
        Assert.Equal("1>2 x", rig.Local.Receive());
        rig.Pump();
        rig.Remote.Announce("late", 5);
        rig.Pump();
        rig.Remote.Stop();
        rig.Remote.Start();
        rig.Pump();

        Assert.All(rig.Local.ReceiveAll(), message => Assert.Equal("1>2 x", message));
        rig.Pump();
        Assert.Empty(rig.Local.ReceiveAll());
    }

    [Fact]
    public void Announce_WhatLinuxWouldRefuse_IsCountedAndNotPassedOn()
    {
        using PairRig rig = PairRig.Started();
        rig.Remote.Announce("a", 1);
        rig.Remote.Announce("a", 1);
        rig.Remote.Announce("never", 9, destroy: true);
        byte[] unterminated = [.. Encoding.ASCII.GetBytes(new string('u', 32)), 7, 0, 0, 0, 0, 0, 0, 0];
        Assert.True(rig.Remote.TrySend(7, RpmsgAddress.NameService, unterminated));
        Assert.True(rig.Remote.TrySend(7, RpmsgAddress.NameService, new byte[40]));
        rig.Pump();

        Assert.Equal(["+a@1", $"+{new string('u', 31)}@7"], rig.Local.ReceiveAll());
        Assert.Equal((1, 1, 1, 1), (rig.Remote.Counters.DuplicateAnnouncement, rig.Remote.Counters.UnknownWithdrawal, rig.Remote.Counters.UnterminatedName, rig.Remote.Counters.BadNameService));
    }

    [Fact]
    public void Announce_MoreNamesThanAreKept_AreCounted()
    {
        using PairRig rig = PairRig.Started();
        for (uint i = 0; i < 12; i++)
        {
            rig.Remote.Announce($"n{i}", i);
            rig.Pump();
        }

        Assert.Equal(8, rig.Local.ReceiveAll().Count);
        Assert.Equal(4, rig.Remote.Counters.TooManyAnnouncements);
    }

    [Fact]
    public void NameService_NotNegotiated_IsNotSpoken()
    {
        using PairRig rig = new();
        rig.Remote.Start();
        rig.Local.Start(VirtioFeatures.Version1);
        rig.Remote.Announce("a", 1);
        rig.Local.Announce("z", 26);
        rig.Remote.Send(1, 2, "data");
        rig.Pump();

        Assert.Equal(["1>2 data"], rig.Local.ReceiveAll());
        Assert.Empty(rig.Remote.ReceiveAll());
        Assert.Equal(1, rig.Local.Counters.UnknownAddress);
    }
}
