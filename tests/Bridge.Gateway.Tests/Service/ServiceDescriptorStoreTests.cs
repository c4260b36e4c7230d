using Bridge.Gateway.Service;
using Bridge.Linux;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Gateway.Tests.Service;

/// <summary>What a service manager is told to keep, and what becomes of what it kept.</summary>
public sealed class ServiceDescriptorStoreTests : IDisposable
{
    private readonly ServiceManagerSocket _manager = new();
    private readonly EventFd _bell = new();

    [Fact]
    public async Task Keep_Descriptor_ReachesTheManagerUnderItsName()
    {
        await using ServiceDescriptorStore store = Store(limit: 8);

        store.Keep("rpmsg0/1", _bell.Descriptor);
        store.Forget("rpmsg0/1");

        // FDPOLL=0: the manager would else drop the socket of an application that has ended, and with it what that had sent.
        (string state, FileDescriptor? kept) = await _manager.ReceiveDescriptorAsync();
        Assert.Equal("FDSTORE=1\nFDNAME=rpmsg0/1\nFDPOLL=0", state);
        using (Doorbell doorbell = new(kept!))
            Assert.True(doorbell.Ring());
        Assert.True(_bell.Take());
        Assert.Equal("FDSTOREREMOVE=1\nFDNAME=rpmsg0/1", await _manager.ReceiveAsync());
    }

    [Fact]
    public async Task Forget_WhatIsNotKept_SaysNothing()
    {
        await using ServiceDescriptorStore store = Store(limit: 8);

        store.Forget("rpmsg0/1");

        Assert.True(_manager.IsEmpty);
    }

    [Fact]
    public async Task Keep_MoreThanTheManagerKeeps_IsNotSentAndThereIsRoomAgainAfterForget()
    {
        await using ServiceDescriptorStore store = Store(limit: 1);
        store.Keep("rpmsg0/1", _bell.Descriptor);
        store.Keep("rpmsg0/2", _bell.Descriptor);
        store.Forget("rpmsg0/2");
        store.Forget("rpmsg0/1");

        store.Keep("rpmsg0/3", _bell.Descriptor);

        Assert.Equal("FDSTORE=1\nFDNAME=rpmsg0/1\nFDPOLL=0", await _manager.ReceiveAsync());
        Assert.Equal("FDSTOREREMOVE=1\nFDNAME=rpmsg0/1", await _manager.ReceiveAsync());
        Assert.Equal("FDSTORE=1\nFDNAME=rpmsg0/3\nFDPOLL=0", await _manager.ReceiveAsync());
        Assert.True(_manager.IsEmpty);
    }

    [Fact]
    public async Task Take_Recovered_IsHandedOverOnceAndStaysKept()
    {
        await using ServiceDescriptorStore store = Store(limit: 8, "rpmsg0/1", "rpmsg0/2");

        using FileDescriptor? first = store.Take("rpmsg0/1");

        Assert.NotNull(first);
        Assert.Null(store.Take("rpmsg0/1"));
        Assert.Null(store.Take("rpmsg0/3"));
        Assert.True(_manager.IsEmpty);
        store.Forget("rpmsg0/1");
        Assert.Equal("FDSTOREREMOVE=1\nFDNAME=rpmsg0/1", await _manager.ReceiveAsync());
    }

    [Fact]
    public async Task EndOthers_NotTaken_AreForgottenAndThoseOfOtherDevicesStay()
    {
        await using ServiceDescriptorStore store = Store(limit: 8, "rpmsg0/1", "rpmsg0/2", "rpmsg01/1", "gone/1");
        using FileDescriptor? taken = store.Take("rpmsg0/1");

        Assert.Equal(1, store.EndOthers("rpmsg0/"));

        Assert.Equal("FDSTOREREMOVE=1\nFDNAME=rpmsg0/2", await _manager.ReceiveAsync());
        Assert.Equal(1, store.EndFormer(["rpmsg0", "rpmsg01"]));
        Assert.Equal("FDSTOREREMOVE=1\nFDNAME=gone/1", await _manager.ReceiveAsync());
        using FileDescriptor? other = store.Take("rpmsg01/1");
        Assert.NotNull(other);
    }

    [Fact]
    public async Task Keep_ManagerThatDoesNotRead_IsSentInOrderAsItDoes()
    {
        const int Count = 2000;
        await using ServiceDescriptorStore store = Store(limit: Count);

        for (int i = 0; i < Count; i++)
        {
            store.Keep($"rpmsg0/{i}", _bell.Descriptor);
            store.Forget($"rpmsg0/{i}");
        }

        for (int i = 0; i < Count; i++)
        {
            Assert.Equal($"FDSTORE=1\nFDNAME=rpmsg0/{i}\nFDPOLL=0", await _manager.ReceiveAsync());
            Assert.Equal($"FDSTOREREMOVE=1\nFDNAME=rpmsg0/{i}", await _manager.ReceiveAsync());
        }
    }

    [Theory]
    [InlineData("512", 512)]
    [InlineData("", 0)]
    [InlineData(null, 0)]
    [InlineData("-1", 0)]
    public void DescriptorLimit_OfTheManager_IsWhatItSays(string? text, int limit) => Assert.Equal(limit, _manager.Notifier(descriptors: text).DescriptorLimit);

    [Theory]
    [InlineData("link", false)]
    [InlineData("rpmsg-bridge.socket", false)]
    [InlineData("rpmsg0/control", true)]
    public void IsKept_Name_TellsKeptOnesFromSocketUnits(string name, bool isKept) => Assert.Equal(isKept, ServiceDescriptorStore.IsKept(new InheritedDescriptor(name, _bell.Descriptor)));

    public void Dispose()
    {
        _manager.Dispose();
        _bell.Dispose();
    }

    private ServiceDescriptorStore Store(int limit, params string[] recovered) => new(
        _manager.Notifier(descriptors: $"{limit}"),
        recovered.Select(name => new InheritedDescriptor(name, MemoryFile.Duplicate(_bell.Descriptor))),
        NullLogger<ServiceDescriptorStore>.Instance);
}
