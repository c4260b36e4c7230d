using System.Buffers.Binary;
using Bridge.Link;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>
/// What is constant in one life of a device; written once, before a successor can find the life.
/// <code>
///  0 "RPMBKEPT"   8 u32 version   12 u32 CRC32C of the bytes that follow   16 u32 how many   20 the fields below, in their order, little endian; lengths of what is not fixed before it
/// </code>
/// </summary>
/// <param name="Side">Which side of the device.</param>
/// <param name="Device">Its name in the configuration.</param>
/// <param name="Boot">Which start of the machine.</param>
/// <param name="Epoch">Of the link's frames.</param>
/// <param name="DriverLife">Known to both sides.</param>
/// <param name="DeviceLife">The device side's own; 0 at a driver side.</param>
/// <param name="Features">Accepted by the driver, without those that concern one hop only.</param>
/// <param name="RingFeatures">Those that the rings of this side were made with.</param>
/// <param name="Status">As the driver has set it, with DRIVER_OK.</param>
/// <param name="Offer">DEVICE_INFO of the device that this life was begun with.</param>
/// <param name="Port">What the port must find the same in its own options.</param>
/// <param name="Queues">All of the device's.</param>
internal sealed record LifeHeader(
    RelaySide Side, string Device, Guid Boot, uint Epoch, ulong DriverLife, ulong DeviceLife, ulong Features, ulong RingFeatures, DeviceStatus Status,
    byte[] Offer, byte[] Port, IReadOnlyList<KeptQueue> Queues)
{
    /// <summary>Changes with the meaning of anything in the memory of a life.</summary>
    internal const uint Version = 1;

    private const int VersionAt = 8, ChecksumAt = 12, LengthAt = 16, BodyAt = 20;
    private static readonly byte[] s_title = "RPMBKEPT"u8.ToArray();

    /// <summary>Length of the window that the rings lie in, bytes.</summary>
    public required ulong WindowSize { get; init; }

    /// <summary>Writes the header. False: it does not fit.</summary>
    public bool TryWrite(Span<byte> room)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
        {
            writer.Write((byte)Side);
            writer.Write(Device);
            writer.Write(Boot.ToByteArray());
            writer.Write(Epoch);
            writer.Write(DriverLife);
            writer.Write(DeviceLife);
            writer.Write(Features);
            writer.Write(RingFeatures);
            writer.Write((byte)Status);
            writer.Write(Offer.Length);
            writer.Write(Offer);
            writer.Write(Port.Length);
            writer.Write(Port);
            writer.Write(WindowSize);
            writer.Write(Queues.Count);
            foreach (KeptQueue queue in Queues)
            {
                writer.Write(queue.Generation);
                writer.Write(queue.Layout.Size);
                writer.Write(queue.Layout.Descriptors);
                writer.Write(queue.Layout.Available);
                writer.Write(queue.Layout.Used);
            }
        }

        byte[] body = stream.ToArray();
        if (BodyAt + body.Length > room.Length)
            return false;
        s_title.CopyTo(room);
        BinaryPrimitives.WriteUInt32LittleEndian(room[VersionAt..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(room[ChecksumAt..], FrameChecksum.ComputePlain(body));
        BinaryPrimitives.WriteInt32LittleEndian(room[LengthAt..], body.Length);
        body.CopyTo(room[BodyAt..]);
        return true;
    }

    /// <summary>Reads a header.</summary>
    /// <param name="room">Its room, copied from the memory.</param>
    /// <exception cref="InvalidDataException">It is none, or of another layout, or damaged; the message says which.</exception>
    public static LifeHeader Read(byte[] room)
    {
        if (room.Length < BodyAt || !room.AsSpan().StartsWith(s_title))
            throw new InvalidDataException("it has no header");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(room.AsSpan(VersionAt));
        if (version != Version)
            throw new InvalidDataException($"its layout has version {version}, and this program's {Version}");
        int length = BinaryPrimitives.ReadInt32LittleEndian(room.AsSpan(LengthAt));
        if (length < 0 || length > room.Length - BodyAt
            || FrameChecksum.ComputePlain(room.AsSpan(BodyAt, length)) != BinaryPrimitives.ReadUInt32LittleEndian(room.AsSpan(ChecksumAt)))
            throw new InvalidDataException("its header is damaged");
        using var reader = new BinaryReader(new MemoryStream(room, BodyAt, length));
        try
        {
            return Read(reader);
        }
        catch (Exception failure) when (failure is EndOfStreamException or ArgumentException or FormatException)
        {
            throw new InvalidDataException($"its header is damaged: {failure.Message}", failure);
        }
    }

    private static LifeHeader Read(BinaryReader reader)
    {
        var header = new LifeHeader(
            (RelaySide)reader.ReadByte(), reader.ReadString(), new Guid(reader.ReadBytes(16)), reader.ReadUInt32(), reader.ReadUInt64(), reader.ReadUInt64(),
            reader.ReadUInt64(), reader.ReadUInt64(), (DeviceStatus)reader.ReadByte(), reader.ReadBytes(reader.ReadInt32()), reader.ReadBytes(reader.ReadInt32()), [])
        {
            WindowSize = reader.ReadUInt64(),
        };
        var queues = new List<KeptQueue>();
        for (int left = reader.ReadInt32(); left > 0; left--)
            queues.Add(new KeptQueue(reader.ReadUInt32(), new RingLayout(reader.ReadInt32(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64())));
        return header with { Queues = queues };
    }
}
