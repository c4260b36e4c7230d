using System.Buffers.Binary;
using Bridge.Link.Frames.Device;

namespace Bridge.Relay.Tests.Rigs;

/// <summary>Payloads that a peer writes.</summary>
internal static class PeerFrames
{
    // Millions are written; whoever needs zeros in a payload writes them.
    [ThreadStatic]
    private static byte[]? t_room;

    public static byte[] Info(params QueueOffer[] queues) => Info(DeviceTable.Rpmsg, FakeDevice.Offered, queues);

    public static byte[] Info(ushort deviceId, ulong features, params QueueOffer[] queues) =>
        Written(room => new DeviceInfoPayload(deviceId, 0x1af4, features, 1, queues, new byte[] { 1, 2, 3 }).Write(room));

    public static byte[] Resume(ulong driverLife, ulong deviceLife, ulong features, byte status, params QueueProgress[] queues) =>
        ResumeWith(0, driverLife, deviceLife, features, status, queues);

    public static byte[] ResumeWith(uint writes, ulong driverLife, ulong deviceLife, ulong features, byte status, params QueueProgress[] queues) =>
        Written(room => new ResumePayload(driverLife, deviceLife, features, status, queues) { Writes = writes }.Write(room));

    public static byte[] Write(uint number, int offset, params byte[] bytes) => Written(room => SetConfigurationPayload.Write(room, number, 1, offset, bytes));

    public static byte[] Answer(uint number, uint generation, params byte[] space) => Written(room => ConfigurationPayload.Write(room, number, generation, space));

    public static byte[] Status(byte status, ulong driverLife) => Written(room => new DeviceStatusPayload(status, driverLife).Write(room));

    public static byte[] Features(ulong features) => Written(room => new SetDriverFeaturesPayload(features).Write(room));

    public static byte[] SetQueue(ushort queue, uint generation, uint size = 8) => Written(room => new SetVirtqueuePayload(queue, size, generation).Write(room));

    public static byte[] Configuration(uint generation, params byte[] space) => Written(room => EventConfigurationPayload.Write(room, generation, space));

    /// <summary>A POSTED burst; `count` only when it shall lie about the chains.</summary>
    public static byte[] Posted(ushort queue, uint generation, ulong first, ulong confirmed, byte[][] chains, int? count = null)
    {
        byte[] head = Written(room =>
        {
            new PostedPayload(queue, (ushort)(count ?? chains.Length), generation, first, confirmed).Write(room);
            return PostedPayload.Size;
        });
        return [.. head, .. chains.SelectMany(chain => chain)];
    }

    /// <summary>One chain of a POSTED burst. The bytes may be fewer than the lengths say.</summary>
    public static byte[] Chain(uint[] readable, uint[] writable, byte[] bytes)
    {
        byte[] shape = Written(room =>
        {
            PostedPayload.WriteChain(room, readable.Length, writable.Length);
            int at = PostedPayload.ChainSize;
            foreach (uint length in readable.Concat(writable))
            {
                BinaryPrimitives.WriteUInt32LittleEndian(room[at..], length);
                at += 4;
            }

            return at;
        });
        return [.. shape, .. bytes];
    }

    /// <summary>A USED burst; `count` only when it shall lie about the elements.</summary>
    public static byte[] Used(ushort queue, uint generation, ulong first, byte[][] elements, int? count = null)
    {
        byte[] head = Written(room =>
        {
            new UsedPayload(queue, (ushort)(count ?? elements.Length), generation, first).Write(room);
            return UsedPayload.Size;
        });
        return [.. head, .. elements.SelectMany(element => element)];
    }

    /// <summary>One element of a USED burst. `written` only when it shall differ from the bytes that follow.</summary>
    public static byte[] Element(ulong chain, uint reported, byte[] bytes, uint? written = null)
    {
        byte[] head = Written(room =>
        {
            new UsedEntry(chain, reported, written ?? (uint)bytes.Length).Write(room);
            return UsedEntry.Size;
        });
        return [.. head, .. bytes];
    }

    public static byte[] More(ushort queue, uint generation, ulong sequence, ulong offset, byte[] bytes)
    {
        byte[] head = Written(room =>
        {
            new MorePayload(queue, generation, sequence, offset).Write(room);
            return MorePayload.Size;
        });
        return [.. head, .. bytes];
    }

    /// <summary>Bytes that differ from each other and from zero.</summary>
    public static byte[] Bytes(int length, int seed = 1) => [.. Enumerable.Range(0, length).Select(i => (byte)(1 + (seed * 37 + i) % 255))];

    private static byte[] Written(Writer write)
    {
        t_room ??= new byte[Link.FrameHeader.MaximumPayload];
        return t_room[..write(t_room)];
    }

    private delegate int Writer(Span<byte> room);
}
