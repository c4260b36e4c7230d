using System.Globalization;
using System.Text;

namespace Bridge.Virtio;

/// <summary>Feature bits that are not a device type's own (virtio 1.2, 6; 24 and 27 are legacy), by the specification's names.</summary>
public static class VirtioFeatures
{
    /// <summary>VIRTIO_F_NOTIFY_ON_EMPTY (24, legacy): notify when the ring runs empty, suppressed or not.</summary>
    public const ulong NotifyOnEmpty = 1UL << 24;

    /// <summary>VIRTIO_F_ANY_LAYOUT (27, legacy): no assumption on how a message is cut into descriptors.</summary>
    public const ulong AnyLayout = 1UL << 27;

    /// <summary>VIRTIO_F_INDIRECT_DESC (28): chains may be described by a table outside the ring.</summary>
    public const ulong IndirectDescriptors = 1UL << 28;

    /// <summary>VIRTIO_F_EVENT_IDX (29): used_event and avail_event say when to notify.</summary>
    public const ulong EventIndex = 1UL << 29;

    /// <summary>VIRTIO_F_VERSION_1 (32): not a legacy device; everything little endian.</summary>
    public const ulong Version1 = 1UL << 32;

    /// <summary>VIRTIO_F_ACCESS_PLATFORM (33): addresses are limited or translated by the platform.</summary>
    public const ulong AccessPlatform = 1UL << 33;

    /// <summary>VIRTIO_F_RING_PACKED (34): packed virtqueues.</summary>
    public const ulong RingPacked = 1UL << 34;

    /// <summary>VIRTIO_F_IN_ORDER (35): chains are used in the order in which they were made available.</summary>
    public const ulong InOrder = 1UL << 35;

    /// <summary>VIRTIO_F_ORDER_PLATFORM (36): memory accesses need the platform's barriers.</summary>
    public const ulong OrderPlatform = 1UL << 36;

    /// <summary>VIRTIO_F_SR_IOV (37): the device supports single root I/O virtualization.</summary>
    public const ulong SrIov = 1UL << 37;

    /// <summary>VIRTIO_F_NOTIFICATION_DATA (38): the driver's notifications carry the ring's position.</summary>
    public const ulong NotificationData = 1UL << 38;

    /// <summary>VIRTIO_F_NOTIF_CONFIG_DATA (39): the device says what identifies a queue in a notification.</summary>
    public const ulong NotifyConfigData = 1UL << 39;

    /// <summary>VIRTIO_F_RING_RESET (40): one queue can be reset on its own.</summary>
    public const ulong RingReset = 1UL << 40;

    /// <summary>The set bits for a log line, lowest first: "VERSION_1, bit 50"; "none" when no bit is set. Allocates: not for data paths.</summary>
    /// <param name="features">Feature bits.</param>
    /// <param name="deviceNames">Names of a device type's own bits, by bit number.</param>
    public static string Describe(ulong features, IReadOnlyDictionary<int, string>? deviceNames = null)
    {
        if (features == 0)
            return "none";

        var text = new StringBuilder();
        for (ulong rest = features; rest != 0; rest &= rest - 1)
        {
            if (text.Length > 0)
                text.Append(", ");
            int bit = System.Numerics.BitOperations.TrailingZeroCount(rest);
            string? name = Name(1UL << bit) ?? deviceNames?.GetValueOrDefault(bit);
            if (name is null)
                text.Append(CultureInfo.InvariantCulture, $"bit {bit}");
            else
                text.Append(name);
        }

        return text.ToString();
    }

    private static string? Name(ulong feature) => feature switch
    {
        NotifyOnEmpty => "NOTIFY_ON_EMPTY",
        AnyLayout => "ANY_LAYOUT",
        IndirectDescriptors => "INDIRECT_DESC",
        EventIndex => "EVENT_IDX",
        Version1 => "VERSION_1",
        AccessPlatform => "ACCESS_PLATFORM",
        RingPacked => "RING_PACKED",
        InOrder => "IN_ORDER",
        OrderPlatform => "ORDER_PLATFORM",
        SrIov => "SR_IOV",
        NotificationData => "NOTIFICATION_DATA",
        NotifyConfigData => "NOTIF_CONFIG_DATA",
        RingReset => "RING_RESET",
        _ => null,
    };
}
