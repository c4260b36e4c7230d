using System.Collections.Frozen;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>The device types that the bridge carries, and those that it refuses with a reason (virtio 1.2, 5).</summary>
public static class DeviceTable
{
    /// <summary>Network card (5.1).</summary>
    public const ushort Network = 1;

    /// <summary>Block device (5.2).</summary>
    public const ushort Block = 2;

    /// <summary>Console (5.3).</summary>
    public const ushort Console = 3;

    /// <summary>Entropy source (5.4).</summary>
    public const ushort Entropy = 4;

    /// <summary>Virtio id of rpmsg. The specification reserves the number only; Linux' headers are the reference.</summary>
    public const ushort Rpmsg = 7;

    /// <summary>SCSI host (5.6).</summary>
    public const ushort Scsi = 8;

    private const ulong Transparent = VirtioFeatures.Version1 | VirtioFeatures.AnyLayout;

    private static readonly FrozenDictionary<ushort, DeviceRow> Rows =
        new[] { NetworkRow(), BlockRow(), ConsoleRow(), EntropyRow(), RpmsgRow(), ScsiRow() }.ToFrozenDictionary(row => row.Id);

    private static readonly FrozenDictionary<ushort, (string Name, string Why)> Refused = new Dictionary<ushort, (string, string)>
    {
        [5] = ("balloon", "its requests name the driver's memory by page number, and what it takes away must be the driver's own"),
        [13] = ("memory balloon", "its requests name the driver's memory by page number, and what it takes away must be the driver's own"),
        [16] = ("gpu", "its requests name memory outside their chains, which no address on this link can reach"),
        [23] = ("iommu", "it translates addresses of the driver's memory, and no address crosses this link"),
        [24] = ("mem", "it plugs memory into the driver's machine, which cannot lie in another one"),
        [26] = ("fs", "its DAX window is memory of the device's machine, and its open files are lost with their server, unseen by the driver"),
        [27] = ("pmem", "its contents are memory of the device's machine, which the driver reads and writes without any request"),
    }.ToFrozenDictionary();

    /// <summary>The row of a device id.</summary>
    /// <exception cref="NotSupportedException">The table has no such device; the message says why.</exception>
    public static DeviceRow Find(ushort id) =>
        Rows.TryGetValue(id, out DeviceRow? row) ? row
        : Refused.TryGetValue(id, out (string Name, string Why) refused) ? throw new NotSupportedException($"virtio device {id} ({refused.Name}) cannot be bridged: {refused.Why}")
        : throw new NotSupportedException(
            $"virtio device {id} is not in the device table; known: {string.Join(", ", Rows.Values.OrderBy(r => r.Id).Select(r => $"{r.Id} ({r.Name})"))}");

    // Not CTRL_VQ (17) and what needs it (2, 18 to 23, 53, 57, 60): behind vhost-user the front end answers control commands, no back end does. Not MRG_RXBUF (15): the
    // buffers of one packet must be published all at once (5.1.6.4), and here a link can fail between them. Not GUEST_ANNOUNCE (21), RSC_EXT (61), STANDBY (62).
    // A frame that was perhaps sent is not sent again: networks lose frames, but must not duplicate them (IEEE 802.1Q, 6.5).
    // Segments are merged: Linux lends 19 for a frame to be received, so that a ring of 256 entries would hold 13 of its buffers, and the back end drops what finds none.
    private static DeviceRow NetworkRow() => new(
        Network, "net", Bits(0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 16, 54, 55, 56, 59, 63) | Transparent,
        Names(
            (0, "NET_F_CSUM"), (1, "NET_F_GUEST_CSUM"), (2, "NET_F_CTRL_GUEST_OFFLOADS"), (3, "NET_F_MTU"), (5, "NET_F_MAC"), (7, "NET_F_GUEST_TSO4"),
            (8, "NET_F_GUEST_TSO6"), (9, "NET_F_GUEST_ECN"), (10, "NET_F_GUEST_UFO"), (11, "NET_F_HOST_TSO4"), (12, "NET_F_HOST_TSO6"), (13, "NET_F_HOST_ECN"),
            (14, "NET_F_HOST_UFO"), (15, "NET_F_MRG_RXBUF"), (16, "NET_F_STATUS"), (17, "NET_F_CTRL_VQ"), (18, "NET_F_CTRL_RX"), (19, "NET_F_CTRL_VLAN"),
            (20, "NET_F_CTRL_RX_EXTRA"), (21, "NET_F_GUEST_ANNOUNCE"), (22, "NET_F_MQ"), (23, "NET_F_CTRL_MAC_ADDR"), (53, "NET_F_NOTF_COAL"), (54, "NET_F_GUEST_USO4"),
            (55, "NET_F_GUEST_USO6"), (56, "NET_F_HOST_USO"), (57, "NET_F_HASH_REPORT"), (59, "NET_F_GUEST_HDRLEN"), (60, "NET_F_RSS"), (61, "NET_F_RSC_EXT"),
            (62, "NET_F_STANDBY"), (63, "NET_F_SPEED_DUPLEX")),
        ExactUsedLength: true, ReportsReadableLength: false)
    {
        WritableFields = [new("mac", 0, 6) { Requires = 1UL << 5, IsLegacy = true }], // 5.1.4.3
        MergesSegments = true,
        ConfigurationLength = 17, // mac 6, status 2, max_virtqueue_pairs 2, mtu 2, speed 4, duplex 1
        LostChains = [LostChain.Repeat, LostChain.Complete],
    };

    // Not BARRIER (0) and SCSI (7), which are legacy, and the latter's commands must not be repeated. Not SECURE_ERASE (16) and ZONED (17), whose append must not be repeated. A read, write, flush, discard or write of zeroes that is not answered yet may be done at any later
    // time, and a driver has no other request for the same sectors under way then (5.2.6.2): doing it again is the same as doing it late.
    private static DeviceRow BlockRow() => new(
        Block, "blk", Bits(1, 2, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15) | Transparent,
        Names(
            (0, "BLK_F_BARRIER"), (1, "BLK_F_SIZE_MAX"), (2, "BLK_F_SEG_MAX"), (4, "BLK_F_GEOMETRY"), (5, "BLK_F_RO"), (6, "BLK_F_BLK_SIZE"), (7, "BLK_F_SCSI"),
            (9, "BLK_F_FLUSH"), (10, "BLK_F_TOPOLOGY"), (11, "BLK_F_CONFIG_WCE"), (12, "BLK_F_MQ"), (13, "BLK_F_DISCARD"), (14, "BLK_F_WRITE_ZEROES"),
            (15, "BLK_F_LIFETIME"), (16, "BLK_F_SECURE_ERASE"), (17, "BLK_F_ZONED")),
        ExactUsedLength: false, ReportsReadableLength: false)
    {
        Queues = 1,
        MultipleQueues = 1UL << 12,
        WritableFields = [new("writeback", 32, 1) { Requires = 1UL << 11 }], // 5.2.5
        ConfigurationLength = 60, // up to and with write_zeroes_may_unmap and its padding
    };

    // Not MULTIPORT (1), whose open ports are lost with their device, nor EMERG_WRITE (2), which writes the configuration space. Characters are rather repeated than lost.
    private static DeviceRow ConsoleRow() => new(
        Console, "console", Bits(0) | Transparent,
        Names((0, "CONSOLE_F_SIZE"), (1, "CONSOLE_F_MULTIPORT"), (2, "CONSOLE_F_EMERG_WRITE")),
        ExactUsedLength: true, ReportsReadableLength: false)
    {
        ConfigurationLength = 12, // cols 2, rows 2, max_nr_ports 4, emerg_wr 4
    };

    private static DeviceRow EntropyRow() => new(
        Entropy, "rng", Transparent, Names(), ExactUsedLength: true, ReportsReadableLength: false)
    {
        Queues = 1,
    };

    // rpmsg: NS (0); AS (1), which the sockets ports offer and accept only where configured; 56 is the flow service between two sockets ports.
    private static DeviceRow RpmsgRow() => new(
        Rpmsg, "rpmsg", Bits(0, 1, 56) | Transparent,
        Names((0, "RPMSG_F_NS"), (1, "RPMSG_F_AS"), (56, "RPMSG_F_FLOW")),
        ExactUsedLength: true, ReportsReadableLength: true)
    {
        Notable = new NotableRule(Offset: 4, Value: 53), // dst is the name service
        PatientWith = Bits(56),
    };

    // Task management (queue 0) and event buffers (queue 1) may be repeated. A command (from queue 2 on) may not: writing to a tape, or reserving, twice is not the same as once.
    // Its answer is "the transport failed" (5.6.6.1, response at offset 11), after which the driver's SCSI layer, which knows the command, decides. CHANGE: QEMU offers it to
    // its driver whatever the back end says, and lets the back end have what the driver accepted; a device that does not know it just never reports a change.
    private static DeviceRow ScsiRow() => new(
        Scsi, "scsi", Bits(0, 1, 2, 3) | Transparent,
        Names((0, "SCSI_F_INOUT"), (1, "SCSI_F_HOTPLUG"), (2, "SCSI_F_CHANGE"), (3, "SCSI_F_T10_PI")),
        ExactUsedLength: false, ReportsReadableLength: false)
    {
        Queues = 3,
        WritableFields = [new("sense_size", 20, 4), new("cdb_size", 24, 4)], // 5.6.4
        OfFrontEnd = Bits(2),
        ConfigurationLength = 36,
        LostChains = [LostChain.Repeat, LostChain.Repeat, LostChain.Fail],
        FailureResponse = new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ScsiTransportFailure },
    };

    /// <summary>VIRTIO_SCSI_S_TRANSPORT_FAILURE.</summary>
    private const byte ScsiTransportFailure = 6;

    private static ulong Bits(params ReadOnlySpan<int> bits)
    {
        ulong features = 0;
        foreach (int bit in bits)
            features |= 1UL << bit;
        return features;
    }

    private static FrozenDictionary<int, string> Names(params ReadOnlySpan<(int Bit, string Name)> names)
    {
        var byBit = new Dictionary<int, string>();
        foreach ((int bit, string name) in names)
            byBit.Add(bit, name);
        return byBit.ToFrozenDictionary();
    }
}
