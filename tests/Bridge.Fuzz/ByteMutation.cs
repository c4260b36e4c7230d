using System.Buffers.Binary;

namespace Bridge.Fuzz;

/// <summary>What makes a good input a bad one.</summary>
internal static class ByteMutation
{
    /// <summary>Usually one change, now and then several, often none.</summary>
    public static byte[] Apply(FuzzRandom random, byte[] bytes)
    {
        for (int i = random.Next(8) switch { < 3 => 0, < 7 => 1, _ => random.Next(2, 6) }; i > 0; i--)
            bytes = Change(random, bytes);
        return bytes;
    }

    /// <summary>One change. The array may be changed, or another one returned.</summary>
    public static byte[] Change(FuzzRandom random, byte[] bytes)
    {
        int at = bytes.Length == 0 ? 0 : random.Next(bytes.Length);
        switch (random.Next(10))
        {
            case 0 when bytes.Length > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when bytes.Length > 0:
                bytes[at] = (byte)random.Edge();
                break;
            case 2 when bytes.Length >= 2:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Math.Min(at & ~1, bytes.Length - 2)), (ushort)random.Edge());
                break;
            case 3 or 4 when bytes.Length >= 4:
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Math.Min(at & ~3, bytes.Length - 4)), (uint)random.Edge());
                break;
            case 5 when bytes.Length >= 8:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Math.Min(at & ~7, bytes.Length - 8)), random.Edge());
                break;
            case 6:
                return bytes[..at];
            case 7:
                byte[] more = new byte[random.Next(1, 64)];
                random.NextBytes(more);
                return [.. bytes, .. more];
            case 8 when bytes.Length > 0:
                int length = random.Next(1, Math.Min(32, bytes.Length - at) + 1);
                return [.. bytes.AsSpan(0, at + length), .. bytes.AsSpan(at, length), .. bytes.AsSpan(at + length)];
            case 9 when bytes.Length > 0:
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(Math.Min(bytes.Length, at + random.Next(1, 16)))];
        }

        return bytes;
    }
}
