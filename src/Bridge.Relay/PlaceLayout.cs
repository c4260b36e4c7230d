using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>How much of a place a chain needs. Both sides count alike, so the driver side never posts what the device side could not hold.</summary>
internal static class PlaceLayout
{
    /// <summary>A segment's room: its length, rounded up so that the next one is aligned.</summary>
    public static ulong Room(uint length) => (length + (ulong)QueueOffer.PlaceAlignment - 1) & ~((ulong)QueueOffer.PlaceAlignment - 1);

    /// <summary>Whether a chain fits a place and, as no indirect tables are built there, the ring in front of it.</summary>
    public static bool Fits(Chain chain, in QueueOffer offer) =>
        (uint)(chain.Readable.Length + chain.Writable.Length) <= offer.MaximumSize && Room(chain) <= offer.PlaceSize;

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
