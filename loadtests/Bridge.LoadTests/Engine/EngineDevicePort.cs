using System.Numerics;
using Bridge.LoadTests.Messages;
using Bridge.Relay;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.LoadTests.Engine;

/// <summary>A device without applications: takes every message, and sends those back that want it.</summary>
internal sealed class EngineDevicePort(RpmsgOptions options, Action wake) : IDevicePort
{
    private IDeviceRelay? _relay;
    private RpmsgDeviceRings? _rings;

    public DeviceOffer? Offer { get; } = MakeOffer((int)BitOperations.RoundUpToPowerOf2((uint)options.BufferCount));

    public void Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay)
    {
        RingOptions ring = new(EventIndex: (features & VirtioFeatures.EventIndex) != 0, Indirect: (features & VirtioFeatures.IndirectDescriptors) != 0);
        _rings = new RpmsgDeviceRings(window, new DeviceQueue(window, queues[0], ring), new DeviceQueue(window, queues[1], ring), options);
        _relay = relay;
        wake();
    }

    public void Stop() => (_rings, _relay) = (null, null);

    public void OnAvailable(int queue) => wake();

    public bool Pump()
    {
        if (_rings is not { } rings)
            return false;
        while (rings.TryReceive(out ReadOnlySpan<byte> message, out int token))
        {
            // One is under way at a time, so a buffer is free.
            if (message[RpmsgHeader.Size] == TestMessage.Echoed && rings.TryReserve(out Span<byte> buffer))
            {
                message.CopyTo(buffer);
                rings.Commit(message.Length);
            }

            rings.Release(token);
        }

        int notified = rings.TakeNotifications();
        for (int queue = 0; queue < 2; queue++)
        {
            if ((notified & (1 << queue)) != 0)
                _relay!.OnUsed(queue);
        }

        return rings.Arm(receive: true, transmit: false);
    }

    private static DeviceOffer MakeOffer(int entries) => new(
        DeviceTable.Rpmsg,
        VendorId: 0,
        VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | RpmsgFeatures.NameService,
        ConfigurationGeneration: 0,
        Configuration: ReadOnlyMemory<byte>.Empty,
        QueueSizes: [entries, entries]);
}
