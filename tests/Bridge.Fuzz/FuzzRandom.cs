using System.Buffers.Binary;

namespace Bridge.Fuzz;

/// <summary>SplitMix64 as a <see cref="Random"/>: the same numbers for a seed on every machine and runtime, and it can begin anew in the middle of a session.</summary>
internal sealed class FuzzRandom(ulong seed) : Random
{
    private static readonly ulong[] s_edges =
        [0, 1, 2, 7, 8, 16, 24, 63, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 1UL << 62, 1UL << 63, ulong.MaxValue - 1, ulong.MaxValue];

    private ulong _state = seed;

    /// <summary>Goes on as a generator of that seed.</summary>
    public void Reseed(ulong seed) => _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next64()
    {
        ulong z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Next(times) == 0;

    /// <summary>One of them.</summary>
    public T Pick<T>(ReadOnlySpan<T> items) => items[Next(items.Length)];

    /// <summary>A number at which comparisons change their mind, one beside it, or any.</summary>
    public ulong Edge() => Next(4) switch
    {
        0 => Next64(),
        1 => s_edges[Next(s_edges.Length)] + (ulong)Next(3) - 1,
        2 => 1UL << Next(64),
        _ => s_edges[Next(s_edges.Length)],
    };

    public override int Next() => (int)(Next64() >> 33);

    public override int Next(int maxValue) => (int)((Next64() >> 32) * (ulong)maxValue >> 32);

    public override int Next(int minValue, int maxValue) => minValue + Next(maxValue - minValue);

    public override long NextInt64() => (long)(Next64() >> 1);

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    public override void NextBytes(Span<byte> buffer)
    {
        for (; buffer.Length >= sizeof(ulong); buffer = buffer[sizeof(ulong)..])
            BinaryPrimitives.WriteUInt64LittleEndian(buffer, Next64());
        for (int i = 0; i < buffer.Length; i++)
            buffer[i] = (byte)Next64();
    }

    public override double NextDouble() => Sample();

    protected override double Sample() => (Next64() >> 11) * (1.0 / (1UL << 53));
}
