using System.Text;

namespace Bridge.Virtio.Tests;

/// <summary>Both sides over one ring, the plain cases.</summary>
public sealed class QueuePairTests
{
    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, true, true)]
    [InlineData(true, true, false)]
    public void RoundTrip_RequestAndReply_BytesTokenAndLengthArrive(bool eventIndex, bool indirect, bool littleEndian)
    {
        using var rig = new Rig(4, new RingOptions(eventIndex, indirect, littleEndian));
        DriverQueue driver = rig.CreateDriver();
        DeviceQueue device = rig.CreateDevice();
        Segment request = rig.Buffer(0, 5);
        Segment reply = rig.Buffer(1);
        "hello"u8.CopyTo(rig.BytesOf(request));

        Assert.True(driver.TryAdd([request], [reply], token: 77, out ushort head));
        Assert.True(driver.ShouldNotify());
        Assert.Equal(indirect ? 3 : 2, driver.FreeDescriptors);

        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        Assert.Equal(head, chain.Head);
        Assert.Equal([request], chain.Readable.ToArray());
        Assert.Equal([reply], chain.Writable.ToArray());
        Assert.Equal(5ul, chain.ReadableLength);
        Assert.Equal((ulong)Rig.BufferLength, chain.WritableLength);
        Assert.Equal("hello", Encoding.ASCII.GetString(rig.BytesOf(chain.Readable[0])));
        Assert.Equal(1, device.InFlight);
        Assert.False(driver.TryTakeUsed(out _));

        "bye"u8.CopyTo(rig.BytesOf(chain.Writable[0]));
        device.Push(chain.Head, 3);
        Assert.True(device.ShouldNotify());
        Assert.Equal(0, device.InFlight);

        Assert.True(driver.TryTakeUsed(out UsedElement used));
        Assert.Equal(new UsedElement(head, 3, 77), used);
        Assert.Equal("bye", Encoding.ASCII.GetString(rig.BytesOf(reply)[..3]));
        Assert.Equal(4, driver.FreeDescriptors);
        Assert.Equal(0, driver.InFlight);
        Assert.False(device.TryTake(chain));
        Assert.False(driver.TryTakeUsed(out _));
    }

    [Fact]
    public void TryAdd_RingFull_IsFalseUntilUsedIsTaken()
    {
        using var rig = new Rig(2);
        DriverQueue driver = rig.CreateDriver();
        DeviceQueue device = rig.CreateDevice();
        Assert.True(driver.TryAdd([rig.Buffer(0)], [], 0, out _));
        Assert.True(driver.TryAdd([rig.Buffer(1)], [], 1, out _));
        Assert.False(driver.TryAdd([rig.Buffer(0)], [], 2, out _));

        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        ushort first = chain.Head;
        Assert.True(device.TryTake(chain));
        device.Push(chain.Head, 0);
        device.Push(first, 0);

        Assert.True(driver.TryTakeUsed(out UsedElement used));
        Assert.Equal(1, used.Token);
        Assert.True(driver.TryAdd([rig.Buffer(0)], [], 3, out _));
        Assert.True(driver.TryTakeUsed(out used));
        Assert.Equal(0, used.Token);
    }

    [Fact]
    public void Push_HeadNotInFlight_Throws()
    {
        using var rig = new Rig(2);
        DriverQueue driver = rig.CreateDriver();
        DeviceQueue device = rig.CreateDevice();
        driver.TryAdd([rig.Buffer(0)], [], 0, out ushort head);
        Assert.Throws<ArgumentException>(() => device.Push(head, 0));
        Assert.Throws<ArgumentException>(() => device.Push(2, 0));

        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        device.Push(head, 0);
        Assert.Throws<ArgumentException>(() => device.Push(head, 0));
    }
}
