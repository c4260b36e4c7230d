using System.Buffers.Binary;
using System.Text;

namespace Bridge.Rpmsg.Tests;

/// <summary>Messages as bytes, written without the code under test.</summary>
internal static class Wire
{
    public static byte[] Message(uint source, uint destination, ReadOnlySpan<byte> payload, int? length = null)
    {
        byte[] message = new byte[16 + payload.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(message, source);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), destination);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(12), (ushort)(length ?? payload.Length));
        payload.CopyTo(message.AsSpan(16));
        return message;
    }

    public static byte[] NameService(string name, uint address, uint flags = 0, uint? source = null) =>
        Message(source ?? address, 53, NamePayload(Encoding.Latin1.GetBytes(name), address, flags));

    public static byte[] NamePayload(ReadOnlySpan<byte> name, uint address, uint flags)
    {
        byte[] payload = new byte[40];
        name.CopyTo(payload);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(32), address);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(36), flags);
        return payload;
    }

    public static byte[] AddressService(string name, uint destination, uint source, uint flags)
    {
        byte[] payload = new byte[44];
        Encoding.Latin1.GetBytes(name).CopyTo(payload, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(32), destination);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(36), source);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(40), flags);
        return Message(destination, 54, payload);
    }

    public static byte[] Flow(uint kind, uint source, uint destination, uint value)
    {
        byte[] payload = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, kind);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), source);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(8), destination);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(12), value);
        return Message(source, 55, payload);
    }

    /// <summary>One line per message: "+echo@1024", "+as echo@1024" (with AS_ANNOUNCE), "-echo@1024", "assign echo 1024>30", "free echo 1024>30", "flow Open 1 2 3", "1024>5 hello".</summary>
    public static string Describe(ReadOnlySpan<byte> message)
    {
        uint source = BinaryPrimitives.ReadUInt32LittleEndian(message);
        uint destination = BinaryPrimitives.ReadUInt32LittleEndian(message[4..]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(message[12..]);
        ReadOnlySpan<byte> payload = message[16..];
        Assert.Equal(length, payload.Length);
        switch (destination)
        {
            case 53:
                string name = Encoding.Latin1.GetString(payload[..payload.IndexOf((byte)0)]);
                uint address = BinaryPrimitives.ReadUInt32LittleEndian(payload[32..]);
                Assert.Equal(source, address);
                string sign = BinaryPrimitives.ReadUInt32LittleEndian(payload[36..]) switch { 0 => "+", 1 => "-", 2 => "+as ", uint other => $"{other}?" };
                return $"{sign}{name}@{address}";
            case 54:
                string service = Encoding.Latin1.GetString(payload[..payload.IndexOf((byte)0)]);
                uint there = BinaryPrimitives.ReadUInt32LittleEndian(payload[36..]);
                uint here = BinaryPrimitives.ReadUInt32LittleEndian(payload[32..]);
                Assert.Equal((44, source), (length, here));
                return $"{BinaryPrimitives.ReadUInt32LittleEndian(payload[40..]) switch { 1 => "assign", 2 => "free", uint other => $"{other}?" }} {service} {there}>{here}";
            case 55:
                return $"flow {(FlowKind)payload[0]} {BinaryPrimitives.ReadUInt32LittleEndian(payload[4..])} {BinaryPrimitives.ReadUInt32LittleEndian(payload[8..])} {BinaryPrimitives.ReadUInt32LittleEndian(payload[12..])}";
            default:
                return $"{source}>{destination} {Encoding.Latin1.GetString(payload)}";
        }
    }

    public static string[] Describe(FakeRings rings) => [.. rings.Sent.Select(static message => Describe(message))];
}
