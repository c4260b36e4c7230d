using System.Buffers.Binary;

namespace Bridge.Link;

/// <summary>Payload of <see cref="FrameType.Hello"/>: who the sender is and what it has.</summary>
/// <remarks>
/// <code>
///  0         4      6      8          16          20           24       26      27
///  +---------+------+------+----------+-----------+------------+--------+-------+------+-----------+---------
///  |'R''P''M''B'| min | max | instance |last conn. |capabilities| devices|name n | name | devices...| zeros...
///  +---------+------+------+----------+-----------+------------+--------+-------+------+-----------+---------
///  device: | name n u8 | role u8 | virtio id u16 | name |
/// </code>
/// The first eight bytes never change in any version. Bytes after the devices are ignored: today they are zeros that fill the payload up to
/// <see cref="PaddedLength"/>, so that a path which loses full-size packets shows during the hello; a later version may put members there.
/// </remarks>
public sealed class Hello
{
    /// <summary>Payloads are padded with zeros to at least this many bytes: with header and TLS more than one full-size Ethernet packet's worth of a small-MTU path.</summary>
    public const int PaddedLength = 1400;

    /// <summary>Devices that one Hello may list.</summary>
    public const int MaximumDevices = 256;

    internal const uint Magic = 0x424D5052; // "RPMB" read little endian
    private const int VersionMinimumOffset = sizeof(uint);
    private const int VersionMaximumOffset = VersionMinimumOffset + sizeof(ushort);
    private const int InstanceOffset = VersionMaximumOffset + sizeof(ushort);
    private const int LastConnectionOffset = InstanceOffset + sizeof(ulong);
    private const int CapabilitiesOffset = LastConnectionOffset + sizeof(uint);
    private const int DeviceCountOffset = CapabilitiesOffset + sizeof(uint);
    private const int NameLengthOffset = DeviceCountOffset + sizeof(ushort);
    private const int NameOffset = NameLengthOffset + sizeof(byte);
    private const int DeviceHeaderSize = sizeof(byte) + sizeof(byte) + sizeof(ushort);

    /// <summary>The oldest protocol version the sender speaks.</summary>
    public required ushort VersionMinimum { get; init; }

    /// <summary>The newest protocol version the sender speaks.</summary>
    public required ushort VersionMaximum { get; init; }

    /// <summary>Random per start of the sender's process: a change tells a restart from a reconnect.</summary>
    public required ulong Instance { get; init; }

    /// <summary>The highest connection number the sender has seen on this link; 0 for none.</summary>
    public required uint LastConnection { get; init; }

    /// <summary>Optional abilities; no bit is defined yet, unknown bits are ignored.</summary>
    public uint Capabilities { get; init; }

    /// <summary>The sender's gateway name (<see cref="LinkName"/>).</summary>
    public required string Gateway { get; init; }

    /// <summary>The sender's devices on this link; names are unique.</summary>
    public required IReadOnlyList<HelloDevice> Devices { get; init; }

    /// <summary>Reads the frozen first eight bytes, which every version of the protocol has.</summary>
    /// <param name="payload">A Hello's payload of any version.</param>
    /// <param name="minimum">The sender's oldest version.</param>
    /// <param name="maximum">The sender's newest version.</param>
    /// <returns>False when this is no Hello: too short, wrong magic, or an empty range.</returns>
    public static bool TryReadVersions(ReadOnlySpan<byte> payload, out ushort minimum, out ushort maximum)
    {
        minimum = maximum = 0;
        if (payload.Length < InstanceOffset || BinaryPrimitives.ReadUInt32LittleEndian(payload) != Magic)
            return false;
        minimum = BinaryPrimitives.ReadUInt16LittleEndian(payload[VersionMinimumOffset..]);
        maximum = BinaryPrimitives.ReadUInt16LittleEndian(payload[VersionMaximumOffset..]);
        return minimum <= maximum;
    }

    /// <summary>Decodes and checks a whole payload.</summary>
    /// <param name="payload">A Hello's payload.</param>
    /// <param name="hello">The content.</param>
    /// <returns>False when it is truncated, has the wrong magic, an illegal or repeated name, or an unknown role.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out Hello? hello)
    {
        hello = null;
        if (!TryReadVersions(payload, out ushort minimum, out ushort maximum) || payload.Length < NameOffset)
            return false;
        int count = BinaryPrimitives.ReadUInt16LittleEndian(payload[DeviceCountOffset..]);
        if (count > MaximumDevices || !TryReadName(payload[NameOffset..], payload[NameLengthOffset], out string gateway))
            return false;

        HelloDevice[] devices = new HelloDevice[count];
        HashSet<string> names = new(StringComparer.Ordinal);
        ReadOnlySpan<byte> rest = payload[(NameOffset + gateway.Length)..];
        for (int i = 0; i < count; i++)
        {
            if (rest.Length < DeviceHeaderSize || !TryReadName(rest[DeviceHeaderSize..], rest[0], out string name) || !names.Add(name))
                return false;
            LaneRole role = (LaneRole)rest[1];
            if (role is not (LaneRole.Driver or LaneRole.Device))
                return false;
            devices[i] = new HelloDevice(name, BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]), role);
            rest = rest[(DeviceHeaderSize + name.Length)..];
        }

        hello = new Hello
        {
            VersionMinimum = minimum,
            VersionMaximum = maximum,
            Instance = BinaryPrimitives.ReadUInt64LittleEndian(payload[InstanceOffset..]),
            LastConnection = BinaryPrimitives.ReadUInt32LittleEndian(payload[LastConnectionOffset..]),
            Capabilities = BinaryPrimitives.ReadUInt32LittleEndian(payload[CapabilitiesOffset..]),
            Gateway = gateway,
            Devices = devices,
        };
        return true;
    }

    /// <summary>Encodes the payload with its padding.</summary>
    /// <param name="destination">Room for <see cref="FrameHeader.MaximumPayload"/> bytes always suffices.</param>
    /// <returns>Bytes written, at least <see cref="PaddedLength"/>.</returns>
    public int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[VersionMinimumOffset..], VersionMinimum);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[VersionMaximumOffset..], VersionMaximum);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[InstanceOffset..], Instance);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[LastConnectionOffset..], LastConnection);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[CapabilitiesOffset..], Capabilities);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[DeviceCountOffset..], checked((ushort)Devices.Count));
        destination[NameLengthOffset] = (byte)LinkName.Write(Gateway, destination[NameOffset..]);
        int written = NameOffset + Gateway.Length;
        foreach (HelloDevice device in Devices)
        {
            Span<byte> entry = destination[written..];
            entry[0] = (byte)LinkName.Write(device.Name, entry[DeviceHeaderSize..]);
            entry[1] = (byte)device.Role;
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], device.VirtioId);
            written += DeviceHeaderSize + device.Name.Length;
        }

        if (written >= PaddedLength)
            return written;
        destination[written..PaddedLength].Clear();
        return PaddedLength;
    }

    private static bool TryReadName(ReadOnlySpan<byte> rest, int length, out string name)
    {
        name = "";
        return length <= rest.Length && LinkName.TryRead(rest[..length], out name);
    }
}
