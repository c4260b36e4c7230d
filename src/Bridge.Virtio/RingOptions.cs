namespace Bridge.Virtio;

/// <summary>What was negotiated for a ring, and how much of it is accepted.</summary>
/// <param name="EventIndex">VIRTIO_F_EVENT_IDX (29) was negotiated.</param>
/// <param name="Indirect">VIRTIO_F_INDIRECT_DESC (28) was negotiated.</param>
/// <param name="LittleEndian">VERSION_1: true. Legacy: the driver's native order (<see cref="BitConverter.IsLittleEndian"/> when it is on this machine).</param>
/// <param name="MaximumSegments">Longest chain that either side accepts, segments; 1..<see cref="SegmentLimit"/>.</param>
public sealed record RingOptions(bool EventIndex = false, bool Indirect = false, bool LittleEndian = true, int MaximumSegments = RingOptions.SegmentLimit)
{
    /// <summary>The longest chain and the longest indirect table, entries: what QEMU and Linux (UIO_MAXIOV) allow too.</summary>
    public const int SegmentLimit = 1024;

    private readonly int _maximumSegments = Check(MaximumSegments);

    /// <summary>Longest chain that either side accepts, segments; 1..<see cref="SegmentLimit"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside that range.</exception>
    public int MaximumSegments
    {
        get => _maximumSegments;
        init => _maximumSegments = Check(value);
    }

    private static int Check(int maximumSegments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumSegments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumSegments, SegmentLimit);
        return maximumSegments;
    }
}
