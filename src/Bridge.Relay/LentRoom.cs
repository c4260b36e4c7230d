using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>
/// Bytes that the device side can have to say about chains that it has. What it offers (places and their size) are numbers of its own, up to 64 TiB a queue: they bound
/// nothing. What the driver lent does.
/// </summary>
/// Changed inside the device's turn; <see cref="Most"/> is read by link threads.
internal sealed class LentRoom
{
    // Every further frame of a long element carries at most 64 KiB and costs its two headers.
    private const int BytesPerFrameByte = 1024;
    private const int Headers = FrameHeader.Size + UsedPayload.Size + UsedEntry.Size + FrameHeader.Size + MorePayload.Size;

    private long _now, _most;

    /// <summary>The most that was lent at any time. Raised before a chain is sent, never lowered: frames of an earlier life may still be on their way.</summary>
    public long Most => Volatile.Read(ref _most);

    /// <summary>Bytes of a chain's used element with its frames, at most.</summary>
    public static long Of(Chain chain) => (long)chain.WritableLength + ((long)chain.WritableLength / BytesPerFrameByte) + Headers;

    /// <summary>A chain was captured.</summary>
    public void Add(long room)
    {
        _now += room;
        if (_now > _most)
            Volatile.Write(ref _most, _now);
    }

    /// <summary>It was used.</summary>
    public void Remove(long room) => _now -= room;

    /// <summary>Nothing is outstanding any more.</summary>
    public void Clear() => _now = 0;
}
