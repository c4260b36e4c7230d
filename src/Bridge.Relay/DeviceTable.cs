using System.Collections.Frozen;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>One row of the device table: all that the engine knows about a virtio device type (DESIGN 6).</summary>
/// <param name="Id">Virtio device id.</param>
/// <param name="Name">The type's name, as Linux calls it.</param>
/// <param name="Features">Feature bits that the bridge can carry end to end (X of the source thread's X/Y/Z mediation); hop-local bits are not among them.</param>
/// <param name="ExactUsedLength">used.len says exactly how much was written, so only that travels; else all writable bytes do.</param>
/// <param name="FeatureNames">Names of the type's own feature bits, by bit number.</param>
/// <param name="ReportsReadableLength">Drivers of this type are used to a used.len that counts readable bytes: it is cut to the whole chain, not to its writable part.</param>
public sealed record DeviceRow(ushort Id, string Name, ulong Features, IReadOnlyDictionary<int, string> FeatureNames, bool ExactUsedLength, bool ReportsReadableLength)
{
    /// <summary>Bits that concern one hop only and are never passed through: each side settles them with its own neighbour.</summary>
    public const ulong HopLocal = VirtioFeatures.NotifyOnEmpty | 1UL << 26 | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex | 1UL << 30
        | VirtioFeatures.AccessPlatform | VirtioFeatures.RingPacked | VirtioFeatures.OrderPlatform | VirtioFeatures.NotificationData;

    /// <summary>What the bridge itself offers to its driver and accepts from its device, hop by hop.</summary>
    public const ulong OwnHop = VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex;

    /// <summary>Feature bits by their names, for logs and status.</summary>
    public string Describe(ulong features) => VirtioFeatures.Describe(features, FeatureNames);

    /// <summary>The longest used.len that is passed on for a chain.</summary>
    internal ulong ReportedLimit(Chain chain) => ReportsReadableLength ? chain.ReadableLength + chain.WritableLength : chain.WritableLength;
}

/// <summary>The device types that the bridge carries, and those that it refuses with a reason.</summary>
public static class DeviceTable
{
    /// <summary>Virtio id of rpmsg. The specification reserves the number only; Linux' headers are the reference.</summary>
    public const ushort Rpmsg = 7;

    private const ulong Transparent = VirtioFeatures.Version1 | VirtioFeatures.AnyLayout;

    // rpmsg: NS (0); AS (1), which the sockets ports offer and accept only where configured; 56 is the flow service between two sockets ports.
    private static readonly FrozenDictionary<ushort, DeviceRow> Rows = new DeviceRow[]
    {
        new(
            Rpmsg, "rpmsg", 1UL << 0 | 1UL << 1 | 1UL << 56 | Transparent,
            new Dictionary<int, string> { [0] = "RPMSG_F_NS", [1] = "RPMSG_F_AS", [56] = "RPMSG_F_FLOW" },
            ExactUsedLength: true, ReportsReadableLength: true),
    }.ToFrozenDictionary(row => row.Id);

    private static readonly FrozenDictionary<ushort, string> Refused = new Dictionary<ushort, string>
    {
        [5] = "balloon",
        [13] = "memory balloon",
        [16] = "gpu",
        [23] = "iommu",
        [24] = "mem",
        [27] = "pmem",
    }.ToFrozenDictionary();

    /// <summary>The row of a device id.</summary>
    /// <exception cref="NotSupportedException">The table has no such device; the message says why.</exception>
    public static DeviceRow Find(ushort id) =>
        Rows.TryGetValue(id, out DeviceRow? row) ? row
        : Refused.TryGetValue(id, out string? name) ? throw new NotSupportedException(
            $"virtio device {id} ({name}) cannot be bridged: its requests name memory outside their chains, which no address on this link can reach")
        : throw new NotSupportedException($"virtio device {id} is not in the device table; known: {string.Join(", ", Rows.Values.Select(r => $"{r.Id} ({r.Name})"))}");
}
