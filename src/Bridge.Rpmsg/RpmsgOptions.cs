using System.Runtime.CompilerServices;

namespace Bridge.Rpmsg;

/// <summary>Size of an rpmsg device's message buffers. Immutable; every value is checked when it is set (<see cref="ArgumentOutOfRangeException"/>).</summary>
/// <param name="BufferCount">Message buffers per direction, 1..32768. The rings have the next power of two of entries.</param>
/// <param name="BufferSize">Bytes of one buffer, the 16-byte header included: 56 (so that a name service message fits) to 65551 (the header's length field has 16 bits).</param>
/// <param name="MaximumAnnouncements">Live announcements of the other side that are remembered, 0 or more; further ones are counted and ignored.</param>
public sealed record RpmsgOptions(int BufferCount = 256, int BufferSize = 512, int MaximumAnnouncements = 1024)
{
    /// <summary>Largest <see cref="BufferCount"/>: the largest split ring (virtio 1.2, 2.7).</summary>
    public const int MaximumBufferCount = 32768;

    /// <summary>Smallest <see cref="BufferSize"/>.</summary>
    public const int MinimumBufferSize = RpmsgHeader.Size + NameServiceMessage.Size;

    /// <summary>Largest <see cref="BufferSize"/>.</summary>
    public const int MaximumBufferSize = RpmsgHeader.Size + ushort.MaxValue;

    /// <summary>Message buffers per direction, 1..32768.</summary>
    public int BufferCount { get; init => field = InRange(value, 1, MaximumBufferCount); } = InRange(BufferCount, 1, MaximumBufferCount);

    /// <summary>Bytes of one buffer, the header included, 56..65551.</summary>
    public int BufferSize { get; init => field = InRange(value, MinimumBufferSize, MaximumBufferSize); } = InRange(BufferSize, MinimumBufferSize, MaximumBufferSize);

    /// <summary>Live announcements of the other side that are remembered, 0 or more.</summary>
    public int MaximumAnnouncements { get; init => field = InRange(value, 0, int.MaxValue); } = InRange(MaximumAnnouncements, 0, int.MaxValue);

    /// <summary>Bytes of the longest message without its header (496 with the default).</summary>
    public int MaximumPayload => BufferSize - RpmsgHeader.Size;

    private static int InRange(int value, int least, int most, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value >= least && value <= most
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"must be {least}..{most}");
}
