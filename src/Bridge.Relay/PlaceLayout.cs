using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>How much of a place a chain needs. Both sides count alike, so the driver side never posts what the device side could not hold.</summary>
internal static class PlaceLayout
{
    /// <summary>A segment's room: its length, rounded up so that the next one is aligned.</summary>
    public static ulong Room(uint length) => (length + (ulong)QueueOffer.PlaceAlignment - 1) & ~((ulong)QueueOffer.PlaceAlignment - 1);

    /// <summary>A chain's room.</summary>
    public static ulong Room(Chain chain)
    {
        ulong room = 0;
        foreach (Segment segment in chain.Readable)
            room += Room(segment.Length);
        foreach (Segment segment in chain.Writable)
            room += Room(segment.Length);
        return room;
    }
}
