namespace Bridge.Ports.Tests.Sockets.Streams;

/// <summary>Frames written the slow and obvious way, as an application would.</summary>
internal static class FrameBytes
{
    public static byte[] Plain(params byte[] payload) => [(byte)payload.Length, (byte)(payload.Length >> 8), .. payload];

    public static byte[] Addressed(uint source, uint destination, params byte[] payload) =>
        [(byte)payload.Length, (byte)(payload.Length >> 8), .. Number(source), .. Number(destination), .. payload];

    private static byte[] Number(uint value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];
}
