using System.Buffers.Binary;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>What of a port's options decides how its rings and messages look: a life goes on only under the same.</summary>
internal static class PortOptions
{
    /// <summary>As bytes, to be compared.</summary>
    public static byte[] Of(SocketsOptions options)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, options.Rpmsg.BufferCount);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), options.Rpmsg.BufferSize);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), (options.Flow ? RpmsgFeatures.Flow : 0) | (options.AddressService ? RpmsgFeatures.AddressService : 0));
        return bytes;
    }
}
