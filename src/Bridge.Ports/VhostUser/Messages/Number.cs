using System.Runtime.InteropServices;

namespace Bridge.Ports.VhostUser.Messages;

/// <summary>A payload that is one u64.</summary>
internal static class Number
{
    /// <summary>Its length, bytes.</summary>
    public const int Size = sizeof(ulong);

    /// <exception cref="FrontEndFaultException">Another length.</exception>
    public static ulong Read(ReadOnlySpan<byte> payload, FrontEndRequest request)
    {
        PayloadSize.Exactly(payload, Size, request);
        return MemoryMarshal.Read<ulong>(payload);
    }

    public static void Write(Span<byte> payload, ulong value) => MemoryMarshal.Write(payload, value);
}
