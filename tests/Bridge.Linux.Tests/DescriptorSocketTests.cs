namespace Bridge.Linux.Tests;

/// <summary>Descriptors over AF_UNIX streams, mapped files and foreign doorbells.</summary>
public sealed class DescriptorSocketTests
{
    [Fact]
    public void Descriptors_ArriveWithTheFirstByteAndAreCloseOnExec()
    {
        (DescriptorSocket a, DescriptorSocket b) = DescriptorSocket.Pair();
        using (a)
        using (b)
        using (EventFd bell = new())
        {
            Assert.Equal(SendOutcome.Sent, a.Send([1, 2, 3], [bell.Descriptor], out int sent));
            Assert.Equal(3, sent);
            var received = new List<FileDescriptor>();
            byte[] bytes = new byte[2];
            Assert.Equal(StreamOutcome.Received, b.Receive(bytes, received, out int count, out bool truncated));
            Assert.Equal((2, false), (count, truncated));
            using FileDescriptor passed = Assert.Single(received);
            Assert.Contains("flags:\t02", File.ReadAllText($"/proc/self/fdinfo/{Number(passed)}"), StringComparison.Ordinal);

            Assert.Equal(StreamOutcome.Received, b.Receive(bytes, received, out count, out _));
            Assert.Equal(1, count);
            Assert.Single(received);
            using Doorbell doorbell = new(passed);
            Assert.True(doorbell.Ring());
            Assert.True(bell.Take());
        }
    }

    [Fact]
    public void Descriptors_OfTwoMessages_NeverMix()
    {
        (DescriptorSocket a, DescriptorSocket b) = DescriptorSocket.Pair();
        using (a)
        using (b)
        using (EventFd bell = new())
        {
            a.Send([1, 2, 3, 4], [bell.Descriptor], out _);
            a.Send([5, 6], [bell.Descriptor, bell.Descriptor], out _);
            var received = new List<FileDescriptor>();
            byte[] bytes = new byte[64];
            b.Receive(bytes, received, out int count, out _);
            Assert.Equal((4, 1), (count, received.Count));
            b.Receive(bytes, received, out count, out _);
            Assert.Equal((2, 3), (count, received.Count));
            received.ForEach(descriptor => descriptor.Dispose());
        }
    }

    [Fact]
    public void Receive_NothingAndEnd_AreToldApart()
    {
        (DescriptorSocket a, DescriptorSocket b) = DescriptorSocket.Pair();
        using (b)
        {
            Assert.Equal(StreamOutcome.WouldBlock, b.Receive(new byte[1], [], out _, out _));
            a.Dispose();
            Assert.Equal(StreamOutcome.End, b.Receive(new byte[1], [], out _, out _));
            Assert.Equal(SendOutcome.Closed, b.Send([1], [], out _));
        }
    }

    [Fact]
    public void MappedFile_ShowsTheFileAndItsSize()
    {
        using FileDescriptor file = MemoryFile.Create("test", 0x3_0000, sealable: false);
        using MappedFile whole = MappedFile.Map(MemoryFile.Duplicate(file), 0, 0x3_0000);
        using MappedFile part = MappedFile.Map(MemoryFile.Duplicate(file), 0x1_0010, 0x100);
        System.Runtime.InteropServices.Marshal.WriteByte(whole.Address + 0x1_0011, 77);
        Assert.Equal(77, System.Runtime.InteropServices.Marshal.ReadByte(part.Address + 1));
        Assert.Equal((0x100ul, false, true), (part.Size, part.IsSealed, part.IsWhole));
        MemoryFile.SetSize(file, 0x1_0010);
        Assert.False(part.IsWhole);
    }

    [Theory]
    [InlineData(0ul, 0ul)]
    [InlineData(0ul, 0x10001ul)]
    [InlineData(0x10000ul, 1ul)]
    [InlineData(1ul, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, 1ul)]
    public void MappedFile_BeyondTheFile_IsRefusedAndTheDescriptorClosed(ulong offset, ulong size)
    {
        FileDescriptor file = MemoryFile.Create("test", 0x1_0000, sealable: true);
        Assert.Throws<ArgumentOutOfRangeException>(() => MappedFile.Map(file, offset, size));
        Assert.True(file.IsClosed);
    }

    [Fact]
    public void MappedFile_ThatCanBeSealed_CannotShrinkAnyMore()
    {
        using FileDescriptor file = MemoryFile.Create("test", 0x1_0000, sealable: true);
        using MappedFile mapped = MappedFile.Map(MemoryFile.Duplicate(file), 0, 0x1_0000);
        Assert.True(mapped.IsSealed);
        Assert.Equal(Errno.EPERM, Assert.Throws<LinuxException>(() => MemoryFile.SetSize(file, 0)).Errno);
    }

    [Fact]
    public void Doorbell_ThatIsFull_IsRung()
    {
        (DescriptorSocket a, DescriptorSocket b) = DescriptorSocket.Pair();
        using (b)
        using (Doorbell doorbell = new(MemoryFile.Duplicate(a.Descriptor)))
        {
            a.Dispose();
            // Far more than any socket buffer holds: it neither blocks nor fails.
            for (int i = 0; i < 100_000; i++)
                Assert.True(doorbell.Ring());
            b.Dispose();
            Assert.False(doorbell.Ring());
            Assert.False(doorbell.Take());
        }
    }

    [Fact]
    public void Doorbell_ThatIsAFile_IsRefusedAndClosed()
    {
        FileDescriptor file = MemoryFile.Create("test", 0x1_0000, sealable: true);
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => new Doorbell(file)).Errno);
        Assert.True(file.IsClosed);
    }

    private static int Number(FileDescriptor descriptor) => (int)descriptor.DangerousGetHandle();
}
