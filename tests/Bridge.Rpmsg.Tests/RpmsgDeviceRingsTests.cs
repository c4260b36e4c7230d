using System.Text;
using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

public class RpmsgDeviceRingsTests
{
    private static readonly byte[] Hello = Wire.Message(1, 2, Encoding.ASCII.GetBytes("the quick brown fox jumps over the lazy dog"));

    [Theory]
    [InlineData(false, new uint[] { 512 })]
    [InlineData(false, new uint[] { 16, 496 })]
    [InlineData(false, new uint[] { 1, 1, 1, 1, 508 })]
    [InlineData(false, new uint[] { 0, 7, 0, 505 })]
    [InlineData(true, new uint[] { 10, 20, 30, 40, 412 })]
    public void Send_AnyCutOfTheBuffer_WritesTheMessageAndReportsItsLength(bool indirect, uint[] cut)
    {
        using var driver = new ForeignDriver(indirect: indirect);
        Segment[] segments = driver.Lend(0, cut);
        driver.Window.GetSpan(ForeignDriver.Data, 0x4000).Fill(0xEE);

        Assert.True(driver.Device.TryReserve(out Span<byte> buffer));
        Assert.Equal(512, buffer.Length);
        Hello.CopyTo(buffer);
        driver.Device.Commit(Hello.Length);

        Assert.True(driver.ReceiveQueue.TryTakeUsed(out UsedElement used));
        Assert.Equal((uint)Hello.Length, used.Length);
        byte[] lent = driver.Gather(segments);
        Assert.Equal(Hello, lent[..Hello.Length]);
        if (cut.Length > 1)
        {
            // Scattered: bytes beyond the message, and between the segments, are not touched.
            Assert.All(lent[Hello.Length..], static value => Assert.Equal(0xEE, value));
        }

        Assert.All(driver.Window.GetSpan(segments[0].Address + segments[0].Length, 256).ToArray(), static value => Assert.Equal(0xEE, value));
    }

    [Theory]
    [InlineData(false, new uint[] { 59 })]
    [InlineData(false, new uint[] { 512 })]
    [InlineData(false, new uint[] { 16, 43 })]
    [InlineData(false, new uint[] { 1, 15, 43 })]
    [InlineData(false, new uint[] { 20, 0, 1, 38 })]
    [InlineData(false, new uint[] { 16, 496 })]
    [InlineData(true, new uint[] { 5, 5, 5, 44 })]
    public void Receive_AnyCutOfTheMessage_GivesItWholeAndReturnsTheDescriptorsLength(bool indirect, uint[] cut)
    {
        using var driver = new ForeignDriver(indirect: indirect);
        Assert.Equal(59, Hello.Length);
        driver.Send(Hello, 0, cut);

        Assert.True(driver.Device.TryReceive(out ReadOnlySpan<byte> message, out int token));
        Assert.Equal((int)cut.Aggregate(static (a, b) => a + b), message.Length);
        Assert.Equal(Hello, message[..59].ToArray());
        Assert.Equal(Hello, driver.Device.GetMessage(token)[..59].ToArray());
        driver.Device.Release(token);

        Assert.True(driver.TransmitQueue.TryTakeUsed(out UsedElement used));
        Assert.Equal((uint)message.Length, used.Length);
    }

    [Fact]
    public void Receive_BufferMarkedWritable_IsReadAllTheSame()
    {
        // rpmsg-lite's master does so.
        using var driver = new ForeignDriver();
        driver.Send(Hello, 0, [512], markWritable: true);

        Assert.True(driver.Device.TryReceive(out ReadOnlySpan<byte> message, out int token));
        Assert.Equal(Hello, message[..59].ToArray());
        driver.Device.Release(token);
        Assert.True(driver.TransmitQueue.TryTakeUsed(out UsedElement used));
        Assert.Equal(512u, used.Length);
    }

    [Theory]
    [InlineData(new uint[] { 1000 })]
    [InlineData(new uint[] { 100, 900 })]
    public void Receive_DescriptorBeyondTheBufferSize_IsBounded(uint[] cut)
    {
        using var driver = new ForeignDriver(new RpmsgOptions(BufferSize: 128));
        driver.Send(Hello, 0, cut);
        Assert.True(driver.Device.TryReceive(out ReadOnlySpan<byte> message, out int token));
        Assert.Equal(128, message.Length);
        driver.Device.Release(token);
        Assert.True(driver.TransmitQueue.TryTakeUsed(out UsedElement used));
        Assert.Equal(1000u, used.Length);
    }

    [Fact]
    public void TryReserve_BufferBeyondTheBufferSize_IsBounded()
    {
        using var driver = new ForeignDriver(new RpmsgOptions(BufferSize: 128));
        driver.Lend(0, 1000);
        Assert.True(driver.Device.TryReserve(out Span<byte> buffer));
        Assert.Equal(128, buffer.Length);
    }

    [Fact]
    public void TryReserve_SmallerBuffersThanConfigured_AreUsedAsTheyAre()
    {
        using var driver = new ForeignDriver();
        driver.Lend(0, 100);
        Assert.True(driver.Device.TryReserve(out Span<byte> buffer));
        Assert.Equal(100, buffer.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => driver.Device.Commit(101));
        driver.Device.Commit(100);
    }

    [Fact]
    public void TryReserve_BuffersTooSmallOrReadable_AreReturnedAndCounted()
    {
        using var driver = new ForeignDriver();
        driver.Lend(0, 55);
        driver.Lend(1000, 20, 35);
        Assert.True(driver.ReceiveQueue.TryAdd([new Segment(ForeignDriver.Data, 512)], [], 0, out _));
        driver.Lend(2000, 56);

        Assert.True(driver.Device.TryReserve(out Span<byte> buffer));

        Assert.Equal(56, buffer.Length);
        Assert.Equal(3, driver.Device.Counters.BufferTooSmall);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(driver.ReceiveQueue.TryTakeUsed(out UsedElement used));
            Assert.Equal(0u, used.Length);
        }

        Assert.False(driver.ReceiveQueue.TryTakeUsed(out _));
        Assert.Equal(1, driver.Device.TakeNotifications());
    }

    [Fact]
    public void Release_HeldMessagesInAnyOrder_EachKeepsItsBytes()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        using var driver = new ForeignDriver();
        var tokens = new List<(int Token, byte[] Bytes)>();
        for (int round = 0; round < 200; round++)
        {
            for (int i = 0; tokens.Count < 5 && i < 5; i++)
            {
                byte[] bytes = Wire.Message((uint)round, (uint)i, new byte[random.Next(1, 80)]);
                random.NextBytes(bytes.AsSpan(16));
                uint first = (uint)random.Next(1, bytes.Length);

                // Each token's place in memory is its own until it is given back.
                uint at = (uint)(Enumerable.Range(0, 10).First(slot => tokens.All(held => held.Bytes[0] != slot)) * 4096);
                bytes[0] = (byte)(at / 4096);
                driver.Send(bytes, at, random.Next(2) == 0 ? [(uint)bytes.Length] : [first, (uint)bytes.Length - first]);
                Assert.True(driver.Device.TryReceive(out ReadOnlySpan<byte> message, out int token), $"seed {seed}");
                Assert.Equal(bytes, message.ToArray());
                tokens.Add((token, bytes));
            }

            foreach ((int token, byte[] bytes) in tokens)
            {
                Assert.True(bytes.AsSpan().SequenceEqual(driver.Device.GetMessage(token)), $"seed {seed}, token {token}");
            }

            int victim = random.Next(tokens.Count);
            driver.Device.Release(tokens[victim].Token);
            Assert.Throws<ArgumentException>(() => driver.Device.Release(tokens[victim].Token));
            Assert.True(driver.TransmitQueue.TryTakeUsed(out UsedElement used), $"seed {seed}");
            Assert.Equal((uint)tokens[victim].Bytes.Length, used.Length);
            tokens.RemoveAt(victim);
        }
    }

    [Fact]
    public void Commit_Misuse_Throws()
    {
        using var driver = new ForeignDriver();
        driver.Lend(0, 512);
        Assert.Throws<InvalidOperationException>(() => driver.Device.Commit(16));
        Assert.True(driver.Device.TryReserve(out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => driver.Device.Commit(15));
        Assert.Throws<ArgumentOutOfRangeException>(() => driver.Device.Commit(513));
    }

    [Fact]
    public void TryReserve_Twice_TakesOneChain()
    {
        using var driver = new ForeignDriver();
        driver.Lend(0, 512);
        driver.Lend(1024, 512);
        Assert.True(driver.Device.TryReserve(out Span<byte> first));
        first[30] = 0x5A;
        Assert.True(driver.Device.TryReserve(out Span<byte> second));
        Assert.Equal(0x5A, second[30]);
        driver.Device.Commit(16);
        Assert.True(driver.Device.TryReserve(out _));
        driver.Device.Commit(16);
        Assert.False(driver.Device.TryReserve(out _));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(16)]
    public void Release_NeverTaken_Throws(int token)
    {
        using var driver = new ForeignDriver();
        Assert.Throws<ArgumentException>(() => driver.Device.Release(token));
        Assert.Throws<ArgumentException>(() => driver.Device.GetMessage(token));
    }

    [Fact]
    public void TryReceive_NothingButBadChains_ReturnsThemAllAndAsksForANotification()
    {
        using var driver = new ForeignDriver(ringSize: 4);
        for (int i = 0; i < 4; i++)
        {
            driver.Send(Hello, 0, [59]);
            driver.PokeDescriptor(driver.Transmit, i, 0xDEAD_0000_0000, 59, 0, 0);
        }

        Assert.False(driver.Device.TryReceive(out _, out _));
        Assert.Equal(4, driver.Device.Counters.RingFaults);
        Assert.False(driver.Device.Arm(receive: true, transmit: false));
        Assert.Equal(2, driver.Device.TakeNotifications());
    }
}
