namespace Bridge.Ports.VhostUser.Messages;

/// <summary>Checks a payload's length against its request.</summary>
internal static class PayloadSize
{
    /// <exception cref="FrontEndFaultException">It is shorter.</exception>
    public static void AtLeast(ReadOnlySpan<byte> payload, int size, FrontEndRequest request)
    {
        if (payload.Length < size)
            throw new FrontEndFaultException($"{request} with {payload.Length} bytes of payload; it needs {size}");
    }

    /// <exception cref="FrontEndFaultException">It has another length.</exception>
    public static void Exactly(ReadOnlySpan<byte> payload, int size, FrontEndRequest request)
    {
        if (payload.Length != size)
            throw new FrontEndFaultException($"{request} with {payload.Length} bytes of payload; it has {size}");
    }
}
