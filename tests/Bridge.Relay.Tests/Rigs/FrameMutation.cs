using System.Buffers.Binary;
using Bridge.Link;

namespace Bridge.Relay.Tests.Rigs;

/// <summary>What a hostile peer does to a good frame: often nothing, else one thing that makes it wrong.</summary>
internal static class FrameMutation
{
    /// <param name="random">Decides.</param>
    /// <param name="numbers">Planted numbers stay below this: near what lengths, counts and indices can be.</param>
    /// <param name="payload">The frame's payload.</param>
    /// <param name="epoch">The frame's epoch.</param>
    /// <param name="type">The frame's type.</param>
    public static void Mutate(Random random, int numbers, ref byte[] payload, ref uint epoch, ref FrameType type)
    {
        switch (random.Next(12))
        {
            case 0 when payload.Length > 0:
                payload[random.Next(payload.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                payload = payload[..random.Next(payload.Length + 1)];
                break;
            case 2:
                payload = [.. payload, .. PeerFrames.Bytes(random.Next(1, 40))];
                break;
            case 3 when payload.Length >= 16:
                BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(random.Next(payload.Length - 7)), (ulong)random.NextInt64());
                break;
            case 4 when payload.Length >= 4:
                BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(random.Next(payload.Length - 3)), (uint)random.Next(-2, numbers));
                break;
            case 5:
                random.NextBytes(payload);
                break;
            case 6:
                epoch += (uint)random.Next(-1, 2);
                break;
            case 7:
                type = (FrameType)random.Next(16, 40);
                break;
            default:
                break; // As it should be.
        }
    }
}
