using System.Numerics;
using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

public class RpmsgDriverRingsTests
{
    [Theory]
    [InlineData(0UL)]
    [InlineData(VirtioFeatures.Version1)]
    public void Construct_Default_LendsEveryReceiveBufferBeforeDriverOk(ulong features)
    {
        using var pair = new RingPair(features: features);

        Span<byte> available = pair.Window.GetSpan(pair.Driver.Receive.Available, 4 + 512);
        Assert.Equal([0, 0, 0, 1], available[..4].ToArray()); // flags 0, idx 256
        var seen = new HashSet<ulong>();
        for (int i = 0; i < 256; i++)
        {
            (ulong address, uint length, ushort flags) = pair.Descriptor(pair.Driver.Receive, i);
            Assert.Equal((512u, (ushort)2), (length, flags)); // WRITE and nothing else
            Assert.True(seen.Add(address));
        }

        Assert.Equal(0, pair.UsedIndex(pair.Driver.Transmit));
        Assert.Equal(0, pair.Window.GetSpan(pair.Driver.Transmit.Available + 2, 1)[0]);
    }

    [Fact]
    public void Construct_Legacy_HasLinuxsLayout()
    {
        using var pair = new RingPair(features: 0);
        Assert.Equal(new RingLayout(256, RingPair.Address, RingPair.Address + 4096, RingPair.Address + 8192), pair.Driver.Receive);
        Assert.Equal(new RingLayout(256, RingPair.Address + 12288, RingPair.Address + 16384, RingPair.Address + 20480), pair.Driver.Transmit);
        Assert.Equal(RingPair.Address + 24576, pair.Descriptor(pair.Driver.Receive, 0).Address);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(VirtioFeatures.Version1)]
    public void RequiredMemory_EveryCountAndSize_HoldsRingsAndBuffersWithoutOverlap(ulong features)
    {
        foreach (int count in (int[])[1, 2, 3, 5, 255, 256, 1000])
        {
            foreach (int size in (int[])[56, 64, 100, 512, 4096, 65551])
            {
                if (count * size > 3_000_000)
                {
                    continue;
                }

                var options = new RpmsgOptions(count, size);
                using var pair = new RingPair(options, features);
                var ranges = new List<(ulong Start, ulong End)>();
                foreach (RingLayout ring in (RingLayout[])[pair.Driver.Receive, pair.Driver.Transmit])
                {
                    Assert.Equal((int)BitOperations.RoundUpToPowerOf2((uint)count), ring.Size);
                    ranges.Add((ring.Descriptors, ring.Descriptors + RingLayout.DescriptorsLength(ring.Size)));
                    ranges.Add((ring.Available, ring.Available + RingLayout.AvailableLength(ring.Size)));
                    ranges.Add((ring.Used, ring.Used + RingLayout.UsedLength(ring.Size)));
                }

                for (int i = 0; i < count; i++)
                {
                    Assert.True(pair.Driver.TryReserve(out _));
                    pair.Driver.Commit(size);
                    ulong received = pair.Descriptor(pair.Driver.Receive, i).Address;
                    ulong sent = pair.Descriptor(pair.Driver.Transmit, i).Address;
                    ranges.Add((received, received + (ulong)size));
                    ranges.Add((sent, sent + (ulong)size));
                }

                Assert.False(pair.Driver.TryReserve(out _));
                ranges.Sort();
                for (int i = 1; i < ranges.Count; i++)
                {
                    Assert.True(ranges[i].Start >= ranges[i - 1].End, $"{count} x {size}: overlap at 0x{ranges[i].Start:x}");
                }

                Assert.True(ranges[^1].End <= RingPair.Address + RpmsgDriverRings.RequiredMemory(options));
            }
        }
    }

    [Fact]
    public void RequiredMemory_Default_IsTwoRingsOf12KiBAnd256KiBOfBuffers()
    {
        Assert.Equal((2UL * 12288) + (512 * 512), RpmsgDriverRings.RequiredMemory(new RpmsgOptions()));
    }

    [Fact]
    public void Construct_MisalignedOrOutsideTheWindow_Throws()
    {
        var options = new RpmsgOptions(4);
        using var memory = new HeapMemory(RpmsgDriverRings.RequiredMemory(options) + 4096);
        var window = new Window(new WindowRegion(0x10000, memory));

        Assert.Throws<ArgumentException>(() => new RpmsgDriverRings(window, 0x10000 + 64, options, 0));
        Assert.Throws<ArgumentException>(() => new RpmsgDriverRings(window, 0x10000 + 8192, options, 0));
        Assert.Throws<ArgumentException>(() => new RpmsgDriverRings(window, 0, options, 0));
        Assert.Throws<ArgumentException>(() => new RpmsgDriverRings(window, 0xFFFF_FFFF_FFFF_F000, options, 0));
        _ = new RpmsgDriverRings(window, 0x10000 + 4096, options, 0);
    }

    [Fact]
    public void Commit_Message_DescriptorIsAsLongAsTheMessageAndReadable()
    {
        using var pair = new RingPair();
        Assert.True(pair.Driver.TryReserve(out Span<byte> buffer));
        Assert.Equal(512, buffer.Length);

        pair.Driver.Commit(16 + 5);

        (_, uint length, ushort flags) = pair.Descriptor(pair.Driver.Transmit, 0);
        Assert.Equal((21u, (ushort)0), (length, flags));
    }

    [Fact]
    public void Commit_Misuse_Throws()
    {
        using var pair = new RingPair();
        Assert.Throws<InvalidOperationException>(() => pair.Driver.Commit(16));
        Assert.True(pair.Driver.TryReserve(out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Driver.Commit(15));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Driver.Commit(513));
        pair.Driver.Commit(512);
        Assert.Throws<InvalidOperationException>(() => pair.Driver.Commit(16));
    }

    [Fact]
    public void TryReserve_Twice_IsTheSameBuffer()
    {
        using var pair = new RingPair(new RpmsgOptions(1));
        Assert.True(pair.Driver.TryReserve(out Span<byte> first));
        first[20] = 0x5A;
        Assert.True(pair.Driver.TryReserve(out Span<byte> second));
        Assert.Equal(0x5A, second[20]);
        pair.Driver.Commit(16);
        Assert.False(pair.Driver.TryReserve(out _));
    }

    [Fact]
    public void TryReceive_UsedLengthBeyondTheBuffer_IsCutAndCounted()
    {
        using var pair = new RingPair(new RpmsgOptions(2, 64));
        var device = new DeviceQueue(pair.Window, pair.Driver.Receive, RingPair.RingOptions(pair.Features));
        var chain = new Chain();
        foreach (uint length in (uint[])[64, uint.MaxValue])
        {
            Assert.True(device.TryTake(chain));
            device.Push(chain.Head, length);
            Assert.True(pair.Driver.TryReceive(out ReadOnlySpan<byte> message, out int token));
            Assert.Equal(64, message.Length);
            pair.Driver.Release(token);
        }

        Assert.Equal(1, pair.Driver.Counters.ReportBeyondBuffer);
    }

    [Fact]
    public void TryReceive_UsedIdNeverLent_IsAFaultOfTheRing()
    {
        using var pair = new RingPair(new RpmsgOptions(3));
        Span<byte> used = pair.Window.GetSpan(pair.Driver.Receive.Used, 12);
        used[4] = 3; // the ring has 4 entries, 3 of them are lent
        used[2] = 1;
        Assert.Equal(RingFault.UsedIdNotOutstanding, Assert.Throws<RingFaultException>(() => pair.Driver.TryReceive(out _, out _)).Fault);
    }

    [Fact]
    public void Release_TwiceOrNeverTaken_Throws()
    {
        using var pair = new RingPair(new RpmsgOptions(2));
        Assert.True(pair.Device.TryReserve(out _));
        pair.Device.Commit(16);
        Assert.True(pair.Driver.TryReceive(out _, out int token));
        pair.Driver.Release(token);

        Assert.Throws<ArgumentException>(() => pair.Driver.Release(token));
        Assert.Throws<ArgumentException>(() => pair.Driver.Release(-1));
        Assert.Throws<ArgumentException>(() => pair.Driver.Release(2));
        Assert.Throws<ArgumentException>(() => pair.Driver.GetMessage(token));
    }

    [Fact]
    public void Release_HeldMessagesInReverse_EachKeepsItsBytes()
    {
        using var pair = new RingPair(new RpmsgOptions(4, 64));
        for (int round = 0; round < 10; round++)
        {
            var tokens = new Stack<(int Token, byte Value)>();
            for (int i = 0; i < 3; i++)
            {
                byte value = (byte)((round * 3) + i);
                Assert.True(pair.Device.TryReserve(out Span<byte> buffer));
                buffer[..20].Fill(value);
                pair.Device.Commit(20);
                Assert.True(pair.Driver.TryReceive(out _, out int token));
                tokens.Push((token, value));
            }

            Assert.Equal(3, tokens.Select(static held => held.Token).Distinct().Count());
            foreach ((int token, byte value) in tokens)
            {
                Assert.Equal(Enumerable.Repeat(value, 20), pair.Driver.GetMessage(token).ToArray());
                pair.Driver.Release(token);
            }
        }
    }

    [Fact]
    public void TakeNotifications_AfterFilling_RingsQueue0Once()
    {
        // No device has looked yet, so nothing is suppressed. Firmware without a status takes this for the sign of life.
        var options = new RpmsgOptions();
        using var memory = new HeapMemory(RpmsgDriverRings.RequiredMemory(options));
        var driver = new RpmsgDriverRings(new Window(new WindowRegion(0, memory)), 0, options, 0);
        Assert.Equal(1, driver.TakeNotifications());
        Assert.Equal(0, driver.TakeNotifications());
    }
}
