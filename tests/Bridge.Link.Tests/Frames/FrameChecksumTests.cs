using System.Text;

namespace Bridge.Link.Tests;

public sealed class FrameChecksumTests
{
    // RFC 3720, appendix B.4, and the usual check string.
    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE3069283u)]
    public void ComputePlain_CheckStrings_Match(string text, uint expected) => Assert.Equal(expected, FrameChecksum.ComputePlain(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void ComputePlain_Rfc3720Vectors_Match()
    {
        Assert.Equal(0x8A9136AAu, FrameChecksum.ComputePlain(new byte[32]));
        Assert.Equal(0x62A8AB43u, FrameChecksum.ComputePlain(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, FrameChecksum.ComputePlain([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
    }

    [Fact]
    public void Compute_RandomFrames_EqualsBitwiseOracleWithZeroedField()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int i = 0; i < 200; i++)
        {
            byte[] frame = new byte[FrameHeader.Size + random.Next(i % 2 == 0 ? 200 : 8000)];
            random.NextBytes(frame);
            byte[] zeroed = [.. frame];
            zeroed.AsSpan(4, 4).Clear();
            Assert.True(Oracle(zeroed) == FrameChecksum.Compute(frame), $"seed {seed}, frame {i} of {frame.Length} bytes");
        }
    }

    private static uint Oracle(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
        }

        return ~crc;
    }
}
