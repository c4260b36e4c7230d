using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>The window of one life: rings and pool.</content>
public sealed partial class DeviceRelay
{
    private static RingOptions RingOptionsOf(ulong features) => new(
        EventIndex: (features & VirtioFeatures.EventIndex) != 0,
        LittleEndian: (features & VirtioFeatures.Version1) != 0 || BitConverter.IsLittleEndian,
        MaximumSegments: PostedPayload.MaximumSegments);

    /// <summary>Where rings and pool lie, by what is offered alone.</summary>
    private void LayOut()
    {
        _layouts = new RingLayout[_queues.Length];
        _rings = new (DriverQueue, ulong)[_queues.Length];
        ulong at = WindowBase;
        for (int i = 0; i < _queues.Length; i++)
        {
            _layouts[i] = RingLayout.Packed(at, (int)_offers[i].MaximumSize);
            _rings[i].Pool = at + Align(RingLayout.PackedLength((int)_offers[i].MaximumSize));
            at = _rings[i].Pool + Align((ulong)_offers[i].Places * _offers[i].PlaceSize);
        }
    }

    /// <summary>Memory of its own for every life: what is left of a device of an earlier life cannot reach into this one.</summary>
    private Window MakeWindow()
    {
        DisposeMemory();
        ulong size = WindowSize();
        _life = BeginLife(size);
        if (_life is { } life)
            return life.Window;
        _memory = _port.CreateMemory(size);
        return new Window(new WindowRegion(WindowBase, _memory));
    }

    private ulong WindowSize()
    {
        ulong size = 0;
        foreach (QueueOffer offer in _offers)
            size += Align(RingLayout.PackedLength((int)offer.MaximumSize)) + Align((ulong)offer.Places * offer.PlaceSize);
        return size;
    }

    private void DisposeMemory()
    {
        _memory?.Dispose();
        _life?.Dispose();
        (_memory, _life) = (null, null);
    }

    private static ulong Align(ulong length) => (length + PartAlignment - 1) & ~(PartAlignment - 1);
}
