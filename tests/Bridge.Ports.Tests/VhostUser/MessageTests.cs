using Bridge.Ports.VhostUser.Messages;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>The layouts, byte by byte, as the protocol's text has them (little endian machine).</summary>
[Trait("Category", "VhostUser")]
public sealed class MessageTests
{
    [Fact]
    public void Header_Bytes_AreTheProtocols()
    {
        byte[] golden = [5, 0, 0, 0, 9, 0, 0, 0, 0x48, 0, 0, 0];
        MessageHeader header = MessageHeader.Read(golden);
        Assert.Equal(((uint)FrontEndRequest.SetMemoryTable, true, 0x48u), (header.Request, header.NeedsReply, header.PayloadSize));
        byte[] written = new byte[12];
        header.Write(written);
        Assert.Equal(golden, written);
    }

    [Fact]
    public void MemoryTable_WithMoreBytesThanRegions_IsRead()
    {
        byte[] golden =
        [
            1, 0, 0, 0, 0, 0, 0, 0,
            0, 0xc0, 0xbe, 0x0c, 0, 0, 0, 0, 0, 0xb0, 0xa9, 7, 0, 0, 0, 0, 1, 0xc0, 0xbe, 0x0c, 0, 0, 0, 0, 2, 0xc0, 0xbe, 0x0c, 0, 0, 0, 0x80,
            .. new byte[32],
        ];
        Assert.Equal([new MemoryRegion(0x0cbec000, 0x07a9b000, 0x0cbec001, 0x800000000cbec002)], MemoryRegion.ReadTable(golden));
    }

    [Fact]
    public void VringAddress_Bytes_AreTheProtocols()
    {
        byte[] golden =
        [
            1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x10, 2, 0, 0, 0, 0, 0, 0, 0x20, 3, 0, 0, 0, 0, 0, 0, 0x30, 9, 9, 9, 9, 9, 9, 9, 9,
        ];
        Assert.Equal(new VringAddress(1, 0x1000000000000001, 0x2000000000000002, 0x3000000000000003), VringAddress.Read(golden));
    }

    [Theory]
    [InlineData(0x000ul, 0u, false)]
    [InlineData(0x0fful, 255u, false)]
    [InlineData(0x101ul, 1u, true)]
    public void VringDescriptor_Bits_AreTheProtocols(ulong value, uint index, bool none) =>
        Assert.Equal(new VringDescriptor(index, none), VringDescriptor.Read(BitConverter.GetBytes(value), FrontEndRequest.SetVringKick));

    [Fact]
    public void ConfigurationSpace_Bytes_AreTheProtocols()
    {
        byte[] golden = [4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0xaa, 0xbb];
        ConfigurationSpace space = ConfigurationSpace.Read(golden, FrontEndRequest.GetConfiguration);
        Assert.Equal(new ConfigurationSpace(4, 2, 1), space);
        byte[] written = new byte[12];
        space.Write(written);
        Assert.Equal(golden[..12], written);
    }

    [Fact]
    public void Numbers_OfRequestsAndFeatures_AreFrozen()
    {
        Assert.Equal(
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40],
            Enum.GetValues<FrontEndRequest>().Select(request => (int)request));
        Assert.Equal(5u, (uint)FrontEndRequest.SetMemoryTable);
        Assert.Equal(11u, (uint)FrontEndRequest.GetVringBase);
        Assert.Equal(18u, (uint)FrontEndRequest.SetVringEnable);
        Assert.Equal(21u, (uint)FrontEndRequest.SetBackEndRequestDescriptor);
        Assert.Equal(34u, (uint)FrontEndRequest.ResetDevice);
        Assert.Equal(35u, (uint)FrontEndRequest.VringKick);
        Assert.Equal((2u, 4u), ((uint)BackEndRequest.ConfigurationChange, (uint)BackEndRequest.VringCall));
        Assert.Equal(0x6229ul, (ulong)(ProtocolFeatures.MultipleQueues | ProtocolFeatures.ReplyAcknowledge | ProtocolFeatures.BackEndRequest
            | ProtocolFeatures.Configuration | ProtocolFeatures.ResetDevice | ProtocolFeatures.InBandNotifications));
    }

    [Fact]
    public void Reader_AtEverySplit_GivesTheSameMessages()
    {
        byte[] stream = [3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0];
        for (int size = 1; size <= stream.Length; size++)
        {
            var reader = new MessageReader();
            var seen = new List<(uint, byte[])>();
            for (int at = 0; at < stream.Length;)
            {
                // As a socket does: never more than there is room for, never more than has come.
                int count = Math.Min(Math.Min(size, reader.Room.Length), stream.Length - at);
                stream.AsSpan(at, count).CopyTo(reader.Room);
                at += count;
                if (reader.Add(count))
                    seen.Add((reader.Header.Request, reader.Payload.ToArray()));
            }

            Assert.False(reader.IsPartial);
            Assert.Equal([3u, 10u], seen.Select(message => message.Item1));
            Assert.Equal([0, 8], seen.Select(message => message.Item2.Length));
            Assert.Equal(stream[^8..], seen[1].Item2);
        }
    }
}
