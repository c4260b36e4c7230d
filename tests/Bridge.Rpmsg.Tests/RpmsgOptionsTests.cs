namespace Bridge.Rpmsg.Tests;

public class RpmsgOptionsTests
{
    [Fact]
    public void Default_IsTwoTimes256BuffersOf512Bytes()
    {
        var options = new RpmsgOptions();
        Assert.Equal((256, 512, 1024, 496), (options.BufferCount, options.BufferSize, options.MaximumAnnouncements, options.MaximumPayload));
    }

    [Theory]
    [InlineData(1, 56, 0)]
    [InlineData(32768, 65551, int.MaxValue)]
    public void Construct_ExtremesOfTheRanges_AreAccepted(int count, int size, int announcements)
    {
        Assert.Equal(size - 16, new RpmsgOptions(count, size, announcements).MaximumPayload);
    }

    [Theory]
    [InlineData(0, 512, 0, "BufferCount")]
    [InlineData(32769, 512, 0, "BufferCount")]
    [InlineData(256, 55, 0, "BufferSize")]
    [InlineData(256, 65552, 0, "BufferSize")]
    [InlineData(256, 512, -1, "MaximumAnnouncements")]
    public void Construct_OutOfRange_NamesTheValue(int count, int size, int announcements, string name)
    {
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new RpmsgOptions(count, size, announcements)).ParamName);
    }

    [Fact]
    public void With_OutOfRange_IsRefusedToo()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RpmsgOptions() with { BufferSize = 16 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RpmsgOptions() with { BufferCount = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RpmsgOptions() with { MaximumAnnouncements = -1 });
    }

    [Fact]
    public void Constants_AddressesAndFeatures_AreFrozen()
    {
        Assert.Equal((0xFFFFFFFFu, 53u, 54u, 55u, 1024u, 65535u), (RpmsgAddress.Any, RpmsgAddress.NameService, RpmsgAddress.AddressService, RpmsgAddress.Flow, RpmsgAddress.FirstDynamic, RpmsgAddress.LastDynamic));
        Assert.Equal((1UL, 2UL, 0x0100_0000_0000_0000UL), (RpmsgFeatures.NameService, RpmsgFeatures.AddressService, RpmsgFeatures.Flow));
        Assert.Equal((1, 2, 3, 4), ((int)RpmsgError.AddressInUse, (int)RpmsgError.AddressExhausted, (int)RpmsgError.AddressReserved, (int)RpmsgError.MessageTooLong));
    }
}
